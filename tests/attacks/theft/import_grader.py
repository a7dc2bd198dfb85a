# The reference solution is imported from the grader
# wall: without a wall the grader's package can be imported
# stock: not run: it has no grader to import
# %% answer="convolution-corr2d"
from grader.sections.convolution.correlation import corr2d
