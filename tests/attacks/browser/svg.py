# A picture in SVG with a script in it, and one that claims to be a PNG
# costs: nothing
# %% own
import base64

from IPython.display import SVG, display

display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='gotcha()'><script>gotcha()</script></svg>"))
head = base64.b64encode(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01").decode()
forged = head + "\"><script>gotcha()</script><img src=\""
display({"image/png": forged, "text/plain": ""}, raw=True)
display({"image/jpeg": forged, "application/pdf": forged}, raw=True)
display({"image/png": head}, raw=True, metadata={"image/png": {"width": "1 onload=gotcha()"}})
