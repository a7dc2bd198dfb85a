# A script, an image with a handler, a frame and a style sheet are displayed as HTML
# costs: nothing
# %% own
from IPython.display import HTML, IFrame, Javascript, display

display(HTML("<script>gotcha()</script><img src=x onerror='gotcha()'><style>gotcha{}</style>"))
display(HTML("<iframe srcdoc='<script>gotcha()</script>'></iframe><base href='javascript:gotcha'>"))
display(Javascript("gotcha()"), IFrame("javascript:gotcha()", 1, 1))
print("<script>gotcha()</script>")
