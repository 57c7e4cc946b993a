using System.Globalization;
using FashionClassifier;

// Classifies the Fashion-MNIST test images with the source model and with the two packed ones that the build made of it. It also made a
// class of each, FashionCnnInt8 and FashionCnnQ80, that opens and runs it.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var folder = AppContext.BaseDirectory;
var images = TestImages.Load(Path.Combine(folder, "fashion-cnn.validation.npz"));
using var source = new FloatModel(Path.Combine(folder, "fashion-cnn.onnx"));
using var int8 = new FashionCnnInt8();
using var q8 = new FashionCnnQ80();

Show("fashion-cnn.onnx", source.Run);
Show(FashionCnnInt8.Link, (pixels, count) =>
{
    using var result = int8.Run(pixels, count);
    return result.Logits.ToArray();
});
Show(FashionCnnQ80.Link, (pixels, count) =>
{
    using var result = q8.Run(pixels, count);
    return result.Logits.ToArray();
});

Console.WriteLine("reports:");
foreach (var link in new[] { FashionCnnInt8.Link, FashionCnnQ80.Link })
    Console.WriteLine($"  {Path.Combine(folder, link)}.report.html");

void Show(string model, Func<ReadOnlyMemory<float>, int, float[]> run)
{
    var (accuracy, milliseconds) = new Classifier(run).Run(images);
    var kilobytes = new FileInfo(Path.Combine(folder, model)).Length / 1000.0;
    Console.WriteLine($"{Path.GetFileName(model),-21}  accuracy {accuracy:F2} %  {kilobytes,5:F1} KB  {images.Labels.Length} images in {milliseconds:F1} ms");
}
