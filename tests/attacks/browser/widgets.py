# Widgets, their state in the notebook's metadata, and messages to the page
# costs: nothing
# %% own
from IPython.display import display

view = {"model_id": "gotcha", "version_major": 2, "version_minor": 0}
display({"application/vnd.jupyter.widget-view+json": view}, raw=True)
try:
    from ipywidgets import HTML as WidgetHTML

    display(WidgetHTML("<img src=x onerror='gotcha()'>"))
except ImportError:
    pass
