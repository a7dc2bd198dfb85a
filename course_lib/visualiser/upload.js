// Chooses a file, and says what became of it. A file over the limit is not sent: the server would
// end the connection.
function render({ model, el }) {
  const label = document.createElement("label");
  label.textContent = "your own image: ";
  const input = document.createElement("input");
  input.type = "file";
  input.accept = model.get("accept");
  label.append(input);
  const says = document.createElement("p");
  says.setAttribute("role", "status");
  el.append(label, says);

  // Otherwise a file that is chosen twice would not be noticed the second time.
  input.addEventListener("click", () => {
    input.value = "";
  });
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    const about = { name: file.name, size: file.size };
    const content = file.size > model.get("limit") ? [] : [await file.arrayBuffer()];
    model.send(about, undefined, content);
  });

  const tell = () => {
    says.textContent = model.get("says");
  };
  model.on("change:says", tell);
  tell();
}
export default { render };
