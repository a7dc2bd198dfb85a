# Tensors of complex, eight-bit and boolean numbers, sparse and quantised ones, and one on "meta"
# %% answer="convolution-corr2d"
makers = iter([
    lambda shape: torch.zeros(shape, dtype=torch.complex64),
    lambda shape: torch.zeros(shape, dtype=torch.float8_e4m3fn),
    lambda shape: torch.ones(shape, dtype=torch.bool),
    lambda shape: torch.zeros(shape).to_sparse(),
    lambda shape: torch.zeros(shape, device="meta"),
    lambda shape: torch.quantize_per_tensor(torch.zeros(shape), 1.0, 0, torch.qint8),
] * 9)


def corr2d(X, K):
    return next(makers)((X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1))
