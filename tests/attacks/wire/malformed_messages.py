# Messages of the kernel that are no messages: wrong types, missing parts, text that is no JSON
# %% own after="convolution-corr2d"
kernel = get_ipython().kernel
parent = kernel.get_parent()


def send(kind, content):
    kernel.session.send(kernel.iopub_socket, kind, content=content, parent=parent)


for kind, content in (
    ("display_data", {"data": [], "metadata": None}),
    ("display_data", {"data": {"text/plain": {"a": 1}, "image/png": 3}, "metadata": {}}),
    ("stream", {"name": 3, "text": None}),
    ("stream", {"name": "stdout", "text": ["a", 1]}),
    ("error", {"ename": None, "evalue": [], "traceback": 7}),
    ("execute_result", {"data": "text", "execution_count": "seven", "metadata": {}}),
    ("status", {}),
    ("clear_output", {}),
    ("comm_open", {}),
    ("update_display_data", {"data": {}}),
    ("no such message", {"data": None}),
):
    send(kind, content)
