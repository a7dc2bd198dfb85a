# The reply to a cell's execution lacks its status and holds numbers where there are texts
# costs: convolution-Conv2D
# %% own after="convolution-Conv2D-answer"
async def do_nothing(*args, **kwargs):
    kernel.do_execute = honest
    return {"ename": 3}


kernel = get_ipython().kernel
honest = kernel.do_execute
kernel.do_execute = do_nothing
