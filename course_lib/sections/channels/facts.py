"""What figures and exercises of section 03 share."""

import torch

PICTURED_IMAGE = torch.stack([torch.arange(9.0).reshape(3, 3), torch.arange(1.0, 10).reshape(3, 3)])
PICTURED_FILTER = torch.stack([torch.arange(4.0).reshape(2, 2), torch.arange(1.0, 5).reshape(2, 2)])
"""The image and the filter of the first figures, with two channels; worked out by hand."""
