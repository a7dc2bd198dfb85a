# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 13 Distillation
#
# A large network, the **teacher**, says more about an image than its label does. Here a small one, the **student**,
# learns from that, and you measure whether it helps.
#
# - **Core**: {core}.
# - **Extra**, at the end, for whoever wants more: {extra}.
#
# How exercises, checks, hints and figures work is told in section 01. You need sections 01 to 08.
#
# The teacher's training below takes some 10 to 20 seconds in every profile, and a minute or more where other work
# keeps the processor busy. `profile` sets how long the lab trains: `smoke` 10 to 30 seconds, `laptop` and `gpu` four
# times as long. To change it, insert a cell of your own below the next one, for example with `profile = "laptop"`.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import begin, check, hint, quiz, score
from course_lib.checks.attempt import attempt
from course_lib.data import load
from course_lib.sections.distillation import curves, nets, pictures
from course_lib.training.fit import accuracy, batches, fit
from course_lib.training.profile import choose

import copy

import torch
import torch.nn.functional as F

begin("distillation", globals())

# %% [markdown]
# ## What you will be able to do
#
# - say what a teacher's probabilities tell beyond the label, and make it visible by a temperature;
# - write the loss of distillation, and say why it has a factor T² and which term alpha weighs;
# - write a training loop with two networks, of which one stays as it is;
# - compare ways of training fairly.

# %% [markdown]
# ## The idea in one picture
#
# The images are letters, A to J, in many fonts, moved and bent. A teacher is trained on 5,400 of them:

# %% tags=["demo", "nbval-ignore-output"]
data = load("letters")
torch.manual_seed(0)
teacher = nets.teacher()
fit(teacher, data.train, data.validation, epochs=6, batch_size=64, precision="float32")
teacher.eval()
print(f"right on {len(data.test):,} other letters: {accuracy(teacher, data.test):.1%}")

# %% [markdown]
# And this is what it says of four that it has not seen. It names them rightly; three were chosen as they resemble
# another letter:

# %% tags=["demo", "nbval-ignore-output"]
pictures.idea(teacher, data.test)

# %% [markdown]
# *Above the image, below the teacher's probability for each letter; blue is the label's.* A label says which letter
# it is, and nothing more. The teacher says what else it could nearly be, and what it is nothing like. That
# comes from 5,400 images, and a student that sees few of them can learn it from here. Geoffrey Hinton, Oriol Vinyals
# and Jeff Dean called it **dark knowledge** (2014), and the training with it **distillation** (2015).

# %% [markdown]
# ## A. Temperature
#
# Of most images a teacher is nearly certain: all but the label's class have probabilities near 0, and a loss hardly
# feels them. What is in them shows if all logits are divided by one number before the softmax, the **temperature** T:

# %% tags=["demo", "nbval-ignore-output"]
pictures.temperatures(teacher, data.test)

# %% [markdown]
# *One image, four temperatures.* The higher T, the more even the probabilities; their order stays. With
# logits $z_1, \dots, z_C$,
#
# $$p_c = \frac{e^{z_c / T}}{\sum_j e^{z_j / T}}.$$
#
# T = 1 is the softmax you know; T below 1 makes the largest probability larger still.

# %% [markdown]
# ### {distillation.soften}
#
# Write `soften(logits, T) -> Tensor`: the probabilities at temperature T, any number above 0. `logits` is `(N, C)`, or
# `(C,)` for one image, the result has the same shape, and sums to 1 over the **last** axis. Logits of 1,000 must not
# overflow. `logits` stays as it is. Not allowed: `course_lib`.
#
# By hand: `soften(tensor([ln 9, 0]), 2)`. Divided by 2 the logits are ln 3 and 0; e to the power of them 3 and 1:
# `[0.75, 0.25]`. At T = 1 it is `[0.9, 0.1]`.

# %% answer="distillation.soften"
def soften(logits, T):
    """Probabilities at temperature T: (N, C) or (C,) -> the same shape."""
    ### BEGIN SOLUTION
    return torch.softmax(logits / T, dim=-1)
    ### END SOLUTION

# hint("distillation.soften")

# %% check="distillation.soften"
soften = check("distillation.soften", soften)

# %% [markdown]
# ## B. What the wrong classes carry
#
# What does the teacher take a letter for, where it is not quite certain? One image may say anything. A mean over
# all images of a letter says what letters of this shape have in common with others.

# %% [markdown]
# ### {distillation.wrong_classes}
#
# Write `wrong_classes(teacher_logits, y, T) -> Tensor`, `(C, C)`, for logits `(N, C)` and labels `(N,)`. Row c is
# made in this order:
#
# - the mean, over all images with label c, of the teacher's probabilities at temperature T;
# - the entry of class c itself becomes 0;
# - the row is divided by its sum, so that it sums to 1.
#
# A class that no image has gets a row of zeros. No row of another class is asked for whose wrong classes have
# nothing at all. Whether the teacher is right plays no part. `teacher_logits` and `y`
# stay as they are. Not allowed: `course_lib`.
#
# By hand: two images of class 0, with probabilities (0.5, 0.3, 0.2) and (0.7, 0.2, 0.1), none of the others. The mean
# is (0.6, 0.25, 0.15); without its own class, and divided by 0.4: `[0, 0.625, 0.375]`. Rows 1 and 2 are zeros.

# %% answer="distillation.wrong_classes"
def wrong_classes(teacher_logits, y, T):
    """What each class is mistaken for: (N, C), (N,) -> (C, C), zeros on the diagonal."""
    ### BEGIN SOLUTION
    own = F.one_hot(y, teacher_logits.shape[1]).float()
    rows = own.T @ soften(teacher_logits, T)
    rows.fill_diagonal_(0)
    return (rows / rows.sum(1, keepdim=True)).nan_to_num(0)
    ### END SOLUTION

# hint("distillation.wrong_classes")

# %% check="distillation.wrong_classes"
wrong_classes = check("distillation.wrong_classes", wrong_classes)

# %% tags=["demo", "nbval-ignore-output"]
def show_wrong_classes():
    with torch.no_grad():
        logits = teacher(data.test.inputs())
    pictures.wrong_classes(wrong_classes(logits, data.test.labels, 4.0), data.classes)

attempt(show_wrong_classes, "wrong_classes")

# %% [markdown]
# *A row for each true letter: how the teacher shares, at T = 4, what is left for the wrong ones, over 1,000 test
# images.* The strongest are E and F, I and J, C and G, and B with H and D: letters of like shape. No label has said so.

# %% [markdown]
# ## C. The loss
#
# Teacher and student give an image one distribution each, p and q. How far q is from p is measured by the
# **Kullback-Leibler divergence**,
#
# $$\mathrm{KL}(p \,\|\, q) = \sum_c p_c \ln \frac{p_c}{q_c},$$
#
# which is 0 where both are equal, and positive elsewhere. For p = (0.75, 0.25) and q = (0.5, 0.5):
# 0.75 · ln 1.5 + 0.25 · ln 0.5 = 0.3041 - 0.1733 = 0.1308. The other way round, KL(q ‖ p), is 0.1438: the order
# matters.
#
# PyTorch's `F.kl_div` has its habits. It is called as `F.kl_div(log q, p)`: the student comes first, and as logarithms;
# the teacher comes second, and as probabilities. By default it takes the mean over all N · C entries, which is
# C times too small: `reduction="batchmean"` sums over classes and takes the mean over images.

# %% tags=["demo"]
p, q = torch.tensor([[0.75, 0.25]]), torch.tensor([[0.5, 0.5]])
print("batchmean      ", round(F.kl_div(q.log(), p, reduction="batchmean").item(), 4))
print("mean over all  ", round(F.kl_div(q.log(), p, reduction="none").mean().item(), 4))
print("log forgotten  ", round(F.kl_div(q, p, reduction="batchmean").item(), 4))
print("swapped        ", round(F.kl_div(p.log(), q, reduction="batchmean").item(), 4))

# %% [markdown]
# ### {distillation.soft_loss}
#
# Write `soft_loss(student_logits, teacher_logits, T) -> Tensor`, a scalar: **T² · KL(teacher ‖ student)**, of both
# networks' probabilities at temperature T, the mean over the images. Both logits are `(N, C)`.
#
# - Student equal to teacher gives 0, at every T. The cross-entropy of the student with the teacher's probabilities has
#   the same gradient and another value; here KL is asked for.
# - Gradients reach `student_logits`, none reaches `teacher_logits`, whether it asks for them or not.
# - Logits of 1,000 must give neither NaN nor infinity: take `F.log_softmax`, not the logarithm of a softmax.
#
# Both logits stay as they are. Not allowed: `course_lib`.
#
# By hand: teacher `[[ln 9, 0]]`, student `[[0, 0]]`, T = 2. At this temperature p and q are those from above, and
# 4 · 0.1308 = 0.5232.

# %% answer="distillation.soft_loss"
def soft_loss(student_logits, teacher_logits, T):
    """T² · KL(teacher ‖ student) at temperature T, the mean over images: (N, C), (N, C) -> ()."""
    ### BEGIN SOLUTION
    teacher = soften(teacher_logits.detach(), T)
    student = F.log_softmax(student_logits / T, dim=-1)
    return T**2 * F.kl_div(student, teacher, reduction="batchmean")
    ### END SOLUTION

# hint("distillation.soft_loss")

# %% check="distillation.soft_loss"
soft_loss = check("distillation.soft_loss", soft_loss)

# %% [markdown]
# Why T²? The picture measures how large the gradient of the loss is, with respect to the logits of a student at its
# beginning: with the factor, without it, and, as a line, of the cross-entropy with the labels.

# %% tags=["demo", "nbval-ignore-output"]
def show_gradients():
    some = data.test[:200]
    torch.manual_seed(0)
    with torch.no_grad():
        student_logits, teacher_logits = nets.student()(some.inputs()), teacher(some.inputs())
    pictures.gradients(soft_loss, student_logits, teacher_logits, some.labels)

attempt(show_gradients, "soft_loss")

# %% [markdown]
# *Mean absolute entry of the gradient, both axes logarithmic.* Without the factor it falls nearly as 1/T²: from T = 4
# to T = 16 to a sixteenth. One factor 1/T comes from the logits, which are divided by T. About another comes from the
# probabilities: at a high T those of student and teacher are nearly alike. With T² the gradient hardly
# changes from T = 4 on, and stays beside that of the labels.

# %% [markdown]
# ### {distillation.why_t_squared}
#
# A colleague leaves the factor T² out. In the loss of the next exercise, which adds the cross-entropy with the labels,
# T goes from 2 to 8. What changes, without the factor?
#
# - **A** Nothing: a factor of the loss does not change where its minimum is.
# - **B** The soft term's gradient becomes larger, as probabilities at a high temperature are more even.
# - **C** The soft term's gradient becomes many times smaller beside that of the labels: one weight alpha means
#   something else at each T.
# - **D** The loss may become negative, and training diverges.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="distillation.why_t_squared"
why_t_squared = ...
### BEGIN SOLUTION
why_t_squared = "C"
### END SOLUTION

# %% check="distillation.why_t_squared"
why_t_squared = check("distillation.why_t_squared", why_t_squared)

# %% [markdown]
# The teacher may be wrong, and labels are there. So both are used, with a weight **alpha** between 0 and 1. Mind which
# term it weighs: here, and in many programs, it is the **soft** one, in others the labels' one. Whoever
# reports an alpha has to say it.
#
# | alpha | what is learned from |
# |---|---|
# | 0 | the labels alone: plain training, the **hard** loss |
# | 1 | the teacher alone: no label is used |
# | between | both |

# %% [markdown]
# ### {distillation.distillation_loss}
#
# Write `distillation_loss(student_logits, teacher_logits, y, T, alpha) -> Tensor`, a scalar: `alpha` times your
# `soft_loss` at T, plus `1 - alpha` times the cross-entropy of the student with the labels `y`, `(N,)`, the mean over
# the images.
#
# The hard term knows no temperature: it is at T = 1, as the student will be when it is used, and has no T². Gradients
# reach `student_logits` only. Logits of 1,000 must give neither NaN nor infinity. All inputs stay as they are. Not
# allowed: `course_lib`.
#
# By hand: as before, with the label 0 and alpha = 0.25. The cross-entropy of `[[0, 0]]` is ln 2 = 0.6931, so
# 0.25 · 0.5232 + 0.75 · 0.6931 = 0.6507.

# %% answer="distillation.distillation_loss"
def distillation_loss(student_logits, teacher_logits, y, T, alpha):
    """alpha · soft loss + (1 - alpha) · cross-entropy with the labels: a scalar."""
    ### BEGIN SOLUTION
    soft = soft_loss(student_logits, teacher_logits, T)
    return alpha * soft + (1 - alpha) * F.cross_entropy(student_logits, y)
    ### END SOLUTION

# hint("distillation.distillation_loss")

# %% check="distillation.distillation_loss"
distillation_loss = check("distillation.distillation_loss", distillation_loss)

# %% [markdown]
# ## D. Two networks in one loop
#
# The loop is that of sections 05 and 08, with a second network in it that must not change. Three things could change
# it: an optimiser that has its parameters, gradients that reach them, and **train mode**, in which batch norm's
# statistics move at every pass and dropout makes its logits random. Here is what the teacher says of one image, in
# train and in eval mode, twice each, beside other images each time. Compare the lines letter by letter: in train mode
# the probabilities depend on the other images, in eval mode they do not.

# %% tags=["demo", "nbval-ignore-output"]
print(f"label: {data.classes[data.test.labels[0]]}")
for mode, net in (("train", copy.deepcopy(teacher).train()), ("eval", teacher)):
    for others in (slice(1, 9), slice(9, 17)):
        x = torch.cat([data.test[:1].inputs(), data.test[others].inputs()])
        with torch.no_grad():
            shares = torch.softmax(net(x)[0], 0).tolist()
        print(f"{mode:5}  " + "  ".join(f"{c} {p:5.1%}" for c, p in zip(data.classes, shares)))

# %% [markdown]
# ### {distillation.distil_epoch}
#
# Write `distil_epoch(student, teacher, batches, optimizer, T, alpha) -> float`. For each `(x, y)` of `batches`: both
# networks see the same `x`, and the optimiser, which has the student's parameters, makes one step on your
# `distillation_loss`.
#
# - The student is in train mode, however it comes. Clear its gradients before each batch: those of the batch before,
#   and those that it holds when your function is called.
# - The teacher gives its logits in eval mode, however it comes, and needs no gradient. Afterwards it is
#   as it came: mode and settings of each module, weights, statistics, and each parameter's `requires_grad` and `grad`.
#   Sections 11 and 12 have an `evaluating` for the modes; here it is not given.
# - The result is the mean loss of an **image**, not of a batch: the last batch may be smaller. Each loss is the one
#   that the step is made on.
#
# There is at least one batch; `batches` can be gone through once only. Not allowed: `course_lib`.
#
# By hand: batches of 3 images and 1 image with losses 0.2 and 0.6 give (3 · 0.2 + 0.6) / 4 = 0.3.

# %% answer="distillation.distil_epoch"
def distil_epoch(student, teacher, batches, optimizer, T, alpha):
    """One epoch of distillation; the mean loss an image."""
    total, images = 0.0, 0
    ### BEGIN SOLUTION
    fixed = copy.deepcopy(teacher).eval()
    student.train()
    for x, labels in batches:
        with torch.no_grad():
            targets = fixed(x)
        loss = distillation_loss(student(x), targets, labels, T, alpha)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        images += len(x)
    ### END SOLUTION
    return total / images

# hint("distillation.distil_epoch")

# %% check="distillation.distil_epoch"
distil_epoch = check("distillation.distil_epoch", distil_epoch)

# %% [markdown]
# ## E. Lab: three losses
#
# Now 300 images are all that the students have, and a student is a much smaller network:

# %% tags=["demo"]
few = data.train.take(curves.IMAGES)
for name, net in (("teacher", nets.teacher()), ("student", nets.student())):
    print(f"{name}: {sum(p.numel() for p in net.parameters()):,} parameters")

# %% [markdown]
# Three ways to train it, the same in all but the loss: first weights, images, their order, epochs, optimiser and rates.
# Whatever differs besides, tuning included, is a second cause. And as chance alone moves an accuracy, five seeds each.

# %%
def train_student(T, alpha, epochs, seed=0):
    """Trains a student with your loop; after each epoch its accuracy on the test images."""
    torch.manual_seed(seed)
    student = nets.student()
    optimizer = torch.optim.Adam(student.parameters(), lr=curves.RATE)
    reached = []
    for epoch in range(epochs):
        optimizer.param_groups[0]["lr"] = curves.RATE * (1 - epoch / epochs)
        distil_epoch(student, teacher, batches(few, curves.BATCH), optimizer, T, alpha)
        reached.append(accuracy(student, data.test))
    return reached

# %% [markdown]
# A run of your loop, in the profile `smoke` of ten epochs only. These are not the first ten of the curves below: the
# rate falls to 0 within however many epochs there are, so a short run settles early, and may stand higher at its end
# than a long one at that epoch. After ten epochs and from one seed hard may well be above soft. The curves decide.

# %% tags=["demo", "nbval-ignore-output"]
def short_lab():
    epochs = choose(profile, smoke=10, laptop=curves.EPOCHS, gpu=curves.EPOCHS)
    for name, (T, alpha) in curves.WAYS.items():
        reached = train_student(T, alpha, epochs)
        print(f"{name:5} T = {T}, alpha = {alpha}: {reached[-1]:.1%} after {epochs} epochs")

attempt(short_lab, "distil_epoch")

# %% [markdown]
# All three with 40 epochs, from five seeds, trained once and stored. The table's last line, "unlabelled", belongs to an
# extra part:

# %% tags=["demo", "nbval-ignore-output"]
runs = curves.stored()
print(runs)
pictures.learning(runs)

# %% [markdown]
# *Accuracy on 1,000 test images. Left by epoch: the mean of five seeds, from 0 up; right each seed at the end, on an
# axis that begins at 70 %.* In the end hard has 76.5 % (75.5 % to 77.9 %), soft 82.4 % (80.2 % to 83.9 %), both 81.6 %
# (80.5 % to 84.2 %). In the first nine epochs the order changes again and again; from then on hard has the lowest mean.
# The teacher has 96.4 %: no student of 300 images comes near. This is one task: distillation need not help, and with
# other images, or more of them, the labels alone may do as well or better.

# %% [markdown]
# ### {distillation.three_losses}
#
# A person marks it.

# %% [markdown] essay="distillation.three_losses"
# Compare the three ways, by the stored curves.
#
# 1. Accuracy at the end, with the spread of the seeds: which differences are larger than it?
# 2. What is the same in all runs? Name two other comparisons of distilled and plain students that would not be fair,
#    with the reason.
# 3. All students saw the same 300 images, and the distilled ones know more. Where does that come from? What would you
#    measure, to find out?
# 4. A student is trained with alpha = 1, and the teacher is wrong on some of its images. What can labels add, and what
#    can they not?
#
# ### BEGIN SOLUTION
# 1. Mean of five seeds (lowest to highest): hard 76.5 % (75.5 % to 77.9 %), soft 82.4 % (80.2 % to 83.9 %), both 81.6 %
#    (80.5 % to 84.2 %). Every run of soft and of both is above every run of hard, so the 5 to 6 points are more than
#    seeds could do. Soft and both overlap: which is better is not decided here.
# 2. Same: the 300 images, student, first weights of a seed, epochs, batches, optimiser, rates, test images. Not fair:
#    a distilled student with more epochs than the plain one (the longer training may be the cause); T, alpha and rate
#    tuned for one and defaults for the other; one seed each, as chance alone moves hard by 2 points; a student that
#    starts from the teacher's weights.
# 3. From the teacher's 5,400 labelled images: its probabilities say which letters resemble which, and how sure one can
#    be of an image. To find out: a teacher trained on the same 300 images; the same targets with the
#    wrong letters' shares made equal, which keeps how sure it is and takes away the resemblance; the student on all
#    5,400 labels, as what could be had at most.
# 4. Where the teacher is wrong, the student learns the error; labels draw it to the right class, with weight
#    1 - alpha. They say nothing of resemblance, and on images without labels they say nothing. Here the teacher is
#    right on nearly all of the 300, which it was trained on, so labels have little to mend: both is not above soft.
#
# - [ ] 1 point: accuracies with their spread; distilled above hard in all seeds, soft and both not told apart
# - [ ] 1 point: what is the same, and two unfair comparisons with reasons
# - [ ] 1 point: the knowledge comes from the teacher's data; an experiment that would show it
# - [ ] 1 point: labels correct the teacher's errors; they carry no resemblance
# ### END SOLUTION

# %% [markdown]
# ## Check yourself
#
# Two short quizzes, without points.
#
# **Temperature and loss**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("distillation.loss")

# %% [markdown]
# **Training and comparing**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("distillation.training")

# %% [markdown]
# ## Summary
#
# - A teacher's probabilities say what an image resembles; a temperature T above 1 makes the small ones felt.
# - The soft loss is T² · KL(teacher ‖ student), both at T: summed over classes, the mean over images. T² keeps its
#   gradient from falling as 1/T² beside that of the labels.
# - Here alpha weighs the soft term, and 1 - alpha the cross-entropy at T = 1. Say which, whenever you report one.
# - The teacher sees the same images, in eval mode, without gradients, and stays as it is.
# - Compare at equal first weights, data, order, epochs and rates, and from several seeds.
#
# **Further reading**
#
# - C. Buciluă, R. Caruana and A. Niculescu-Mizil, *Model compression*, 2006: the idea, with matched outputs.
# - G. Hinton, O. Vinyals and J. Dean, *Distilling the knowledge in a neural network*, 2015.
# - J. H. Cho and B. Hariharan, *On the efficacy of knowledge distillation*, 2019: a better teacher may teach worse.
# - L. Beyer and others, *Knowledge distillation: a good teacher is patient and consistent*, 2022.

# %% [markdown]
# ## Extra: several teachers

# %% [markdown]
# ### {distillation.ensemble}
#
# Write `ensemble(logits, T) -> Tensor`: what K teachers say together. `logits` is `(K, N, C)`, the result `(N, C)`: the
# mean over the teachers of their **probabilities** at temperature T. The mean of their logits is something else: there
# one teacher that is very sure outweighs the others. `logits` stays as it is. Not allowed: `course_lib`.
#
# By hand: two teachers, one image, T = 1, logits (ln 9, 0) and (0, 0). Probabilities (0.9, 0.1) and (0.5, 0.5), their
# mean `[[0.7, 0.3]]`. The mean of the logits would give (0.75, 0.25).

# %% answer="distillation.ensemble"
def ensemble(logits, T):
    """The mean of the teachers' softened probabilities: (K, N, C) -> (N, C)."""
    ### BEGIN SOLUTION
    return soften(logits, T).mean(0)
    ### END SOLUTION

# hint("distillation.ensemble")

# %% check="distillation.ensemble"
ensemble = check("distillation.ensemble", ensemble)

# %% [markdown]
# ## Extra: very high temperatures
#
# What does a student learn if T grows without end? All probabilities go to 1/C, yet with T² the gradient has a limit.
# For large T, $e^{z/T} \approx 1 + z/T$. With logits **centred** (of each image, their mean over the classes
# subtracted, which no softmax notices), the probabilities are about $(1 + z_c/T)/C$.

# %% [markdown]
# ### {distillation.limit_gradient}
#
# Write `limit_gradient(student_logits, teacher_logits) -> Tensor`, `(N, C)`: what the gradient of your `soft_loss`
# with respect to `student_logits` becomes for T to infinity. Both logits are `(N, C)`.
#
# The gradient at T is $T\,(q_c - p_c)/N$ for each image, with the student's probabilities q and the teacher's p.
# Put the approximation in, and T cancels. Not allowed: `course_lib`, and a derivative by machine (`backward`,
# `torch.autograd`, `torch.func`).
#
# By hand: student `[[3, 0, 0]]`, teacher `[[0, 0, 0]]`. Centred they are (2, -1, -1) and zeros; C · N = 3, so
# `[[2/3, -1/3, -1/3]]`.

# %% answer="distillation.limit_gradient"
def limit_gradient(student_logits, teacher_logits):
    """The gradient of soft_loss for T to infinity: (N, C), (N, C) -> (N, C)."""
    ### BEGIN SOLUTION
    apart = student_logits - teacher_logits
    return (apart - apart.mean(1, keepdim=True)) / apart.numel()
    ### END SOLUTION

# hint("distillation.limit_gradient")

# %% check="distillation.limit_gradient"
limit_gradient = check("distillation.limit_gradient", limit_gradient)

# %% tags=["demo", "nbval-ignore-output"]
def show_limit():
    torch.manual_seed(0)
    student_logits, teacher_logits = torch.randn(2, 50, 10, dtype=torch.float64) * 3
    limit = limit_gradient(student_logits, teacher_logits)
    for T in (1, 4, 16, 64, 256):
        z = student_logits.clone().requires_grad_()
        soft_loss(z, teacher_logits, T).backward()
        print(f"T = {T:3}: largest difference {(z.grad - limit).abs().max() / limit.abs().max():.1%}")

attempt(show_limit, "soft_loss and limit_gradient")

# %% [markdown]
# In the limit the student is drawn to the teacher's **logits**, by their squared difference: that is how networks were
# compressed before distillation (2006). There all classes count alike, also those that the teacher rules out, whose
# logits say little. A moderate T lies between.

# %% [markdown]
# ## Extra: the teacher's logits, stored

# %% [markdown]
# ### {distillation.stored_outputs}
#
# To save time, a colleague runs the teacher once over the training images and keeps its logits in a tensor, in the
# images' order. In each epoch a loader with `shuffle=True` gives batches of 32, and the k-th batch gets the
# k-th 32 rows of the tensor. The student becomes better, if slowly. What do you say?
#
# - **A** Right: the teacher does not change, so neither do its logits.
# - **B** Wrong: the rows belong to other images than those of the batch. Each image's logits have to travel with
#   it; and if images are changed by chance, the teacher has to see each changed one.
# - **C** Wrong: stored logits have no gradient, so the student cannot learn from them.
# - **D** Right, as long as the soft term is at a high temperature, where all rows are alike.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="distillation.stored_outputs"
stored_outputs = ...
### BEGIN SOLUTION
stored_outputs = "B"
### END SOLUTION

# %% check="distillation.stored_outputs"
stored_outputs = check("distillation.stored_outputs", stored_outputs)

# %% [markdown]
# ## Extra: images without labels
#
# With alpha = 1 no label is used. So a student can learn from images that nobody has labelled, as long as the teacher
# names them. A fourth way, as many steps as the three of the lab, from all 5,400 images and without their labels:

# %% tags=["demo", "nbval-ignore-output"]
pictures.unlabelled(runs)

# %% [markdown]
# *As above; “unlabelled” sees another 300 of the 5,400 images in each epoch.* In the end it has 88.6 % (84.4 % to
# 90.9 %), in as many steps: in the mean 6 to 7 points above soft and both, though its worst seed is only just above the
# best of both. The lab's students lack images more than labels, and a teacher makes images without labels worth having.
# It does not make them out of nothing, as it needed labels itself.

# %% [markdown]
# ### {distillation.orchard_plan}
#
# A person marks it.

# %% [markdown] essay="distillation.orchard_plan"
# A network shall tell eight sorts of apples apart, on a phone, so a small one. There are 800 labelled photos, 20,000
# without labels, and time to train a ResNet-50 as a teacher. Plan your work in at most 150 words:
#
# 1. How do you get the teacher, and how do you know that it is good enough to teach?
# 2. What does the student learn from, with which loss, T and alpha? Images are changed by chance (section 08): what
#    does the teacher see?
# 3. Which other trainings do you compare with, so that you can say what distillation has brought?
#
# ### BEGIN SOLUTION
# 1. ResNet-50 with weights from ImageNet, new head, fine-tuned on some 600 of the labelled photos (section 10). The
#    other 200, split by tree or by day of the picture, say how good it is: overall, for each sort, and beside a small
#    network that is fine-tuned on the same 600. A teacher that is no better than that has little to teach.
# 2. From all photos: those without labels by the soft loss alone (alpha = 1), those with labels by both. T about 4,
#    alpha about 0.9, tried on the validation part. The teacher sees the same changed photo as the student, in eval
#    mode, without gradients; stored logits would belong to unchanged photos.
# 3. The same student by labels alone, with the same first weights, steps, changes of photos and tuning; three seeds
#    each. And by hard labels that the teacher gives the 20,000: that tells what its probabilities add to its names.
#    All on one test part that nothing was chosen by.
#
# - [ ] 1 point: a teacher fine-tuned and measured on photos that are new, against a small network
# - [ ] 1 point: photos without labels are used, alpha and T said for both kinds; the teacher sees the same photo
# - [ ] 1 point: the plain student at equal budget and tuning, several seeds, as what is compared with
# ### END SOLUTION
