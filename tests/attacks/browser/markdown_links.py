# The essay holds links in Markdown that run a script when they are clicked, plain and in disguise
# costs: nothing
# %% [markdown] answer="why"
# [a](javascript:gotcha()) [b](JaVaScRiPt:gotcha()) [c](javascript&colon;gotcha())
# [d](&#106;avascript:gotcha()) [e](javascript\:gotcha()) [f](<javascript:gotcha()>)
# [g](data:text/html;base64,gotcha) [h](vbscript:gotcha) <javascript:gotcha()>
# ![i](javascript:gotcha()) [j][1] [k](
# javascript:gotcha()) [1]
#
# [1]: javascript:gotcha()
# [2]: <javascript:gotcha()> "x"
#
# [2] [l](java&Tab;script:gotcha()) [m](https://example.org/x<y) x < y
# %% [markdown] own
# [own](javascript:gotcha())
