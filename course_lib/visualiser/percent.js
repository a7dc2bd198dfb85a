// A slider with its name and its number. It tells its value when it is let go, or moved by a key.
function render({ model, el }) {
  const label = document.createElement("label");
  const number = document.createElement("span");
  const input = document.createElement("input");
  Object.assign(input, { type: "range", min: 0, max: 100, step: 5 });
  label.append(`${model.get("label")} `, input);
  el.append(label, " ", number);

  const show = () => {
    number.textContent = `${input.value} %`;
  };
  const take = () => {
    input.value = model.get("value");
    show();
  };
  input.addEventListener("input", show);
  input.addEventListener("change", () => {
    model.set("value", input.valueAsNumber);
    model.save_changes();
  });
  model.on("change:value", take);
  take();
}
export default { render };
