"""The figures of section 11, Grad-CAM."""

from course_lib.sections.gradcam.pictures.by_hand import by_hand
from course_lib.sections.gradcam.pictures.maps import correlations, feature_maps, pages
from course_lib.sections.gradcam.pictures.occlusion import idea
from course_lib.sections.gradcam.pictures.orders import orders
from course_lib.sections.gradcam.pictures.rows import rows
from course_lib.sections.gradcam.pictures.surviving import surviving

__all__ = [
    "by_hand",
    "correlations",
    "feature_maps",
    "idea",
    "orders",
    "pages",
    "rows",
    "surviving",
]
