# The essay holds HTML: scripts, handlers, half a tag, comments and processing instructions
# costs: nothing
# %% [markdown] answer="why"
# <script>gotcha()</script><img src=x onerror="gotcha()"> <svg/onload=gotcha()>
#
# <a href="javascript:gotcha()">x</a> <!-- --><script>gotcha()</script> <?xml gotcha ?>
#
# ```mermaid
# graph TD; A["<img src=x onerror=gotcha()>"] --> B; click A "javascript:gotcha()"
# ```
