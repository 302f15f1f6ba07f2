// swift-format-ignore-file

/// Dollars an hour on demand for Linux in us-east-1, as AWS's price list had them on 2026-01-19.
///
/// A line has a series, the price of its `xlarge`, and the sizes whose price is not in proportion to it. `-` stands
/// where the series has no proportion at all. Prices are facts: <https://aws.amazon.com/ec2/pricing/on-demand/>.
let instancePriceTable = """
a1 .102 metal=.408
c1 .52
c3 .21
c4 .199 large=.1 8xlarge=1.591
c5 .17 metal=4.08
c5a .154
c5ad .172
c5d .192 metal=4.608
c5n .216 metal=3.888
c6a .153 metal=7.344
c6g .136 metal=2.3066
c6gd .1536 metal=2.6051
c6gn .1728
c6i .17 metal=5.44
c6id .2016 metal=6.4512
c6in .2268 metal=7.2576
c7a .20528 metal-48xl=9.85344
c7g .145 medium=.0363 metal=2.32
c7gd .1814 medium=.0454 2xlarge=.3629 4xlarge=.7258 8xlarge=1.4515 12xlarge=2.1773 16xlarge=2.903 metal=2.903
c7gn .2496 metal=3.9936
c7i-flex .16958 2xlarge=.33915 4xlarge=.6783 8xlarge=1.3566 12xlarge=2.0349 16xlarge=2.7132
c7i .1785 metal-24xl=4.7124 metal-48xl=8.568
c8a .21554 medium=.05389 metal-24xl=5.69026 metal-48xl=10.34592
c8g .15952 metal-24xl=4.21133 metal-48xl=7.65696
c8gb .237 metal-24xl=6.02928
c8gd .19596 metal-24xl=5.17334 metal-48xl=9.40608
c8gn .237 medium=.0593 metal-24xl=6.0293 metal-48xl=11.376
c8i-flex .17804
c8i .18742 metal-48xl=9.89578 metal-96xl=17.99232
cr1 - 8xlarge=3.5
d2 .69
d3 .499 2xlarge=.999 4xlarge=1.998 8xlarge=3.99552
d3en .526 2xlarge=1.051 4xlarge=2.103 6xlarge=3.154 8xlarge=4.20576 12xlarge=6.30864
dl1 - 24xlarge=13.10904
f1 .825
f2 .33
g2 .325
g3 .285
g3s .75
g4ad - xlarge=.37853 2xlarge=.54117 4xlarge=.867 8xlarge=1.734 16xlarge=3.468
g4dn - xlarge=.526 2xlarge=.752 4xlarge=1.204 8xlarge=2.176 12xlarge=3.912 16xlarge=4.352 metal=7.824
g5 - xlarge=1.006 2xlarge=1.212 4xlarge=1.624 8xlarge=2.448 12xlarge=5.672 16xlarge=4.096 24xlarge=8.144 48xlarge=16.288
g5g - xlarge=.42 2xlarge=.556 4xlarge=.828 8xlarge=1.372 16xlarge=2.744 metal=2.744
g6 - xlarge=.8048 2xlarge=.9776 4xlarge=1.3232 8xlarge=2.0144 12xlarge=4.6016 16xlarge=3.3968 24xlarge=6.6752 48xlarge=13.3504
g6e - xlarge=1.861 2xlarge=2.24208 4xlarge=3.00424 8xlarge=4.52856 12xlarge=10.49264 16xlarge=7.57719 24xlarge=15.06559 48xlarge=30.13118
g6f - large=.202 xlarge=.2375 2xlarge=.475 4xlarge=.95
gr6 - 4xlarge=1.5392 8xlarge=2.4464
gr6f - 4xlarge=1.066
h1 .234
hpc7g - 4xlarge=1.6832 8xlarge=1.6832 16xlarge=1.6832
i2 .853 2xlarge=1.705 4xlarge=3.41 8xlarge=6.82
i3 .312 metal=4.992
i3en .452 metal=10.848
i4g .30888
i4i .343 large=.172 4xlarge=1.373 8xlarge=2.746 12xlarge=4.118 16xlarge=5.491 24xlarge=8.2368 32xlarge=10.9824 metal=10.982
i7i .3775 large=.1888 4xlarge=1.5101 8xlarge=3.0202 12xlarge=4.5302 16xlarge=6.0403 24xlarge=9.0605 48xlarge=18.121 metal-24xl=9.6204 metal-48xl=19.2408
i7ie .5198 metal-24xl=13.2844 metal-48xl=26.5687
i8g .3432 metal-24xl=9.06048
i8ge .4746 metal-24xl=12.1313 metal-48xl=24.2626
im4gn .36379 large=.1819 4xlarge=1.45517 8xlarge=2.91034 16xlarge=5.82067
inf1 - xlarge=.228 2xlarge=.362 6xlarge=1.18 24xlarge=4.721
inf2 - xlarge=.7582 8xlarge=1.96786 24xlarge=6.49063 48xlarge=12.98127
is4gen .5763 medium=.14408
m1 .35 medium=.087 small=.044
m2 .245
m3 .266 medium=.067
m4 .2
m5 .192 metal=4.608
m5a .172
m5ad .206
m5d .226 metal=5.424
m5dn .272 metal=6.528
m5n .238 metal=5.712
m5zn .3303 large=.1652 2xlarge=.6607 3xlarge=.991 6xlarge=1.982 12xlarge=3.9641 metal=4.3605
m6a .1728 metal=8.2944
m6g .154 metal=2.6112
m6gd .1808 metal=3.0664
m6i .192 metal=6.144
m6id .2373 metal=7.5936
m6idn .31824 metal=10.18368
m6in .27846 metal=8.91072
m7a .23184 metal-48xl=11.12832
m7g .1632 metal=2.6112
m7gd .2136 2xlarge=.4271 4xlarge=.8543 8xlarge=1.7086 12xlarge=2.5628 16xlarge=3.4171 metal=3.4171
m7i-flex .19152
m7i .2016 metal-24xl=5.32224 metal-48xl=9.6768
m8a .24344 metal-24xl=6.42682 metal-48xl=11.68512
m8g .17952 metal-24xl=4.73933 metal-48xl=8.61696
m8gb .291
m8gd .23064 metal-24xl=6.0889 metal-48xl=11.07072
m8gn .291 medium=.0728
m8i-flex .2011
m8i .21168 metal-48xl=10.16064 metal-96xl=20.32128
p2 .9 8xlarge=7.2 16xlarge=14.4
p3 1.53
p3dn - 24xlarge=31.212
p4d - 24xlarge=21.957642
p4de - 24xlarge=27.44705
p5 - 4xlarge=6.88 48xlarge=55.04
p5en - 48xlarge=63.296
p6-b200 - 48xlarge=113.9328
r3 .333 large=.166 2xlarge=.665 4xlarge=1.33 8xlarge=2.66
r4 .266
r5 .252 metal=6.048
r5a .226
r5ad .262
r5b .298 metal=7.8672
r5d .288 metal=6.912
r5dn .334 metal=8.016
r5n .298 metal=7.152
r6a .2268 metal=10.8864
r6g .2016 metal=3.4191
r6gd .2304 metal=3.9076
r6i .252 metal=8.064
r6id .3024 metal=9.6768
r6idn .39078 metal=12.50496
r6in .34866 metal=11.15712
r7a .3043 medium=.07608 metal-48xl=14.6064
r7g .2142 medium=.0536 metal=3.4272
r7gd .2722 medium=.068 2xlarge=.5443 4xlarge=1.0886 8xlarge=2.1773 12xlarge=3.2659 16xlarge=4.3546 metal=4.3546
r7i .2646 metal-24xl=6.98544 metal-48xl=12.7008
r7iz .372 metal-16xl=6.5472 metal-32xl=13.0944
r8a .31952 metal-24xl=8.43533 metal-48xl=15.33696
r8g .23564 metal-24xl=6.2209 metal-48xl=11.31072
r8gb .36436
r8gd .29392 metal-24xl=7.75949 metal-48xl=14.10816
r8gn .3644 2xlarge=.7287 4xlarge=1.4574 8xlarge=2.9149 12xlarge=4.3723 16xlarge=5.8298 24xlarge=8.7446 48xlarge=17.4893 metal-24xl=9.2693 metal-48xl=17.4893
r8i-flex .26394
r8i .27784 metal-48xl=14.66995 metal-96xl=26.67264
t1 - micro=.02
t2 .1856 small=.023
t3 .1664
t3a .1504
t4g .1344
trn1 - 2xlarge=1.34375 32xlarge=21.5
trn1n - 32xlarge=24.78
u-12tb1 - 112xlarge=109.2
u-18tb1 - 112xlarge=163.8
u-24tb1 - 112xlarge=218.4
u-3tb1 - 56xlarge=27.3
u-6tb1 - 56xlarge=46.40391 112xlarge=54.6
u-9tb1 - 112xlarge=81.9
u7i-12tb - 224xlarge=125.58182
u7i-6tb - 112xlarge=62.79
u7i-8tb - 112xlarge=83.72
u7in-16tb - 224xlarge=180.47558
u7in-24tb - 224xlarge=270.73128
u7in-32tb - 224xlarge=360.98695
vt1 - 3xlarge=.65 6xlarge=1.3 24xlarge=5.2
x1 - 16xlarge=6.669 32xlarge=13.338
x1e .834
x2gd .334 metal=5.8784
x2idn - 16xlarge=6.669 24xlarge=10.0035 32xlarge=13.338 metal=13.338
x2iedn .833625 xlarge=.83363 metal=26.676
x2iezn .834 metal=10.008
x8g .3908 metal-24xl=10.31712
z1d .372 metal=4.464
"""
