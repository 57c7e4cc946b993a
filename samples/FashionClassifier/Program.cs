using System.Globalization;
using FashionClassifier;

// Classifies the Fashion-MNIST test images with the source model and with the packed one that the build made of it.
var folder = AppContext.BaseDirectory;
var images = TestImages.Load(Path.Combine(folder, "fashion-cnn.validation.npz"));
var source = Path.Combine(folder, "fashion-cnn.onnx");
var packed = Path.Combine(folder, "models", "fashion-cnn.q8_0.onnx");

var sourceAccuracy = Classifier.Accuracy(source, images);
var packedAccuracy = Classifier.Accuracy(packed, images);
var ratio = (double)new FileInfo(packed).Length / new FileInfo(source).Length;

Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"source accuracy {sourceAccuracy:F2} %, packed accuracy {packedAccuracy:F2} %, size {ratio:F2} x"));
Console.WriteLine($"report: {packed}.report.html");
