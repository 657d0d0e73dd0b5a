"""Better judge prompts without fooling oneself: what may be learned from, what was gained by luck. No disk, no network.

- how much may be seen, how choices are made: `choices`
- which part of the labels to learn from a proposer may see: `parts`; when two texts are one: `content`
- which labelled items become worked examples, and which mistakes are shown: `shots`, `mistakes`
- who was right on what: `scores`; which candidate is taken and how much of its score is luck: `select`
- the paired gain of one judge over another: `gains`; what an outcome means: `accept`
- what is reported: `results`
"""
