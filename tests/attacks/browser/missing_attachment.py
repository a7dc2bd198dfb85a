# The essay shows a picture that is not attached, which breaks the page it stands on
# costs: nothing
# %% [markdown] answer="why"
# ![a picture](attachment:picture.png) and ![another](attachment:gotcha.svg "title")
#
# ![by reference][1]
#
# [1]: attachment:nowhere.png
