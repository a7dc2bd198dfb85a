# A formula whose box carries a style that lays it over the page
# costs: nothing
# %% [markdown] answer="why"
# $\bbox[position:fixed;top:0;left:0;background:url(gotcha)]{x}$ $\def\x{\bbox[gotcha]{y}}\x$
#
# $\newcommand{\x}{\href{javascript:gotcha()}{x}}\x$ $\unicode[gotcha; color:red]{x41}$
