# What the kernel sends is signed, and is no JSON
# %% own after="convolution-corr2d"
kernel = get_ipython().kernel
session = kernel.session
junk = [b"\xff{", b"{]", b"\x00", b"null"]
kernel.iopub_socket.send_multipart([b"stream", b"<IDS|MSG>", session.sign(junk), *junk])
