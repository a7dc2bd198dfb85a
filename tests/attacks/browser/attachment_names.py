# Pictures whose names end an attribute, or hold letters that no address may have
# costs: nothing
def submit(notebook, folder):
    from small_course import cell_of

    picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    essay = cell_of(notebook, "why")
    essay.source = "![x](attachment:Bildä.png) ![y](attachment:x\" onerror=\"gotcha().png)"
    essay["attachments"] = {
        name: {"image/png": picture} for name in ("Bildä.png", 'x" onerror="gotcha().png')
    }
