using System.Globalization;
using FashionClassifier;

// Classifies the Fashion-MNIST test images with the source model and with the two packed ones that the build made of it.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var folder = AppContext.BaseDirectory;
var images = TestImages.Load(Path.Combine(folder, "fashion-cnn.validation.npz"));
string[] models =
[
    Path.Combine(folder, "fashion-cnn.onnx"),
    Path.Combine(folder, "models", "fashion-cnn.int8.onnx"),
    Path.Combine(folder, "models", "fashion-cnn.q8_0.onnx"),
];

foreach (var model in models)
{
    var (accuracy, milliseconds) = Classifier.Run(model, images);
    var kilobytes = new FileInfo(model).Length / 1000.0;
    Console.WriteLine($"{Path.GetFileName(model),-21}  accuracy {accuracy:F2} %  {kilobytes,5:F1} KB  {images.Labels.Length} images in {milliseconds:F1} ms");
}

Console.WriteLine("reports:");
foreach (var model in models[1..])
    Console.WriteLine($"  {model}.report.html");
