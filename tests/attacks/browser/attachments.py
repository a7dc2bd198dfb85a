# Attached to the essay are SVG and HTML that claim to be pictures
# costs: nothing
def submit(notebook, folder):
    from small_course import cell_of

    essay = cell_of(notebook, "why")
    essay.source = "![x](attachment:x.svg) ![y](attachment:y.png)"
    essay["attachments"] = {
        "x.svg": {"image/svg+xml": "<svg onload=gotcha()>"},
        "y.png": {"image/png": "\"><script>gotcha()</script>", "text/html": "<script>gotcha()"},
    }
