# The kernel is told to end, in a cell of its own, behind an answer and by the names of IPython
# costs: nothing
# %% own
quit()
# %% own
exit
# %% own after="convolution-corr2d-answer"
exit()
# %% own after="convolution-Conv2D"
get_ipython().ask_exit()
get_ipython().exit_now = True
