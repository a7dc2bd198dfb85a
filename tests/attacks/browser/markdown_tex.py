# The essay holds formulas whose commands make links and load extensions
# costs: nothing
# %% [markdown] answer="why"
# $\href{javascript:gotcha()}{x}$ $\mmlToken{mi}[href="javascript:gotcha()"]{x}$
# $$\require{html}\style{position:fixed}{gotcha}\class{gotcha}{x}\cssId{gotcha}{x}$$
