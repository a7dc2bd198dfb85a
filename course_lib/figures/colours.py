"""Colours of Okabe and Ito (2008), told apart by colour-blind readers, too."""

BLUE, ORANGE, GREEN, VERMILION, SKY = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9"
