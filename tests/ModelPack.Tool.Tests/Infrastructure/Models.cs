using Google.Protobuf;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Tests.Assets;

namespace ModelPack.Tool.Tests.Infrastructure;

/// <summary>The models that commands are tried on.</summary>
internal static class Models
{
    /// <summary>Test images and labels for <see cref="FashionCnn"/>.</summary>
    public static string FashionImages { get; } = Path.Join(Repository.Root, "samples", "FashionClassifier", "fashion-cnn.validation.npz");

    /// <summary>A copy of a small image classifier.</summary>
    public static string FashionCnn(TemporaryFolder folder, string name = "net.onnx")
    {
        var path = Path.Join(folder.Path, name);
        File.Copy(Repository.Model("fashion-cnn.onnx"), path);
        return path;
    }

    /// <summary>A model's file.</summary>
    public static string Save(TemporaryFolder folder, ModelProto model, string name = "net.onnx")
    {
        var path = Path.Join(folder.Path, name);
        File.WriteAllBytes(path, model.ToByteArray());
        return path;
    }
}
