# The text of an exception, which stands on the verdict's card, is HTML and TeX
# %% answer="convolution-corr2d"
def corr2d(X, K):
    raise ValueError("<img src=x onerror='gotcha()'>\"'><script>gotcha()</script> "
                     "$\\href{javascript:gotcha()}{x}$")
# %% answer="convolution-coverage"
def coverage(*sizes):
    return "<script>gotcha()</script>"
# %% answer="convolution-stride_choice"
class Gotcha(Exception):
    pass


Gotcha.__name__ = "<script>gotcha()</script>"
def check(*args, **kwargs):
    raise Gotcha("$\\href{javascript:gotcha()}{x}$")
