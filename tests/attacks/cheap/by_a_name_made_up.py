# PyTorch's own convolution in a thread, by a name put together from pieces: a person must be told
# costs: nothing
# flagged: convolution-corr2d
# %% answer="convolution-corr2d"
from concurrent.futures import ThreadPoolExecutor


def convolve(X, K):
    return getattr(F, "conv" + "2d")(X[None, None], K[None, None])[0, 0]


def corr2d(X, K):
    with ThreadPoolExecutor() as pool:
        return pool.submit(convolve, X, K).result()
