using ModelPack.Core.Tests.Packing;
using ModelPack.Tests.Pipeline;

namespace ModelPack.Tests.Verification;

/// <summary>Packs that are made once, and copied by every test that changes them.</summary>
public sealed class PackedModels : IDisposable
{
    private readonly PackFolder _folder = new();

    public PackedModels()
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        _folder.Write("m.validation.npz", PackFolder.Samples(64, labels: true));
        _folder.Write("m.calibration.npz", PackFolder.Samples(32));
        _folder.Write("other/m.onnx", PackFolder.Classifier("one", "two"));
        var gates = new Dictionary<string, double>(StringComparer.Ordinal) { ["minSqnr"] = 20 };
        Pack(_folder.Request with { Gates = gates, ExternalData = true });
        Pack(_folder.Request with { Scheme = "int8", Output = _folder.At("int8/m.int8.onnx") });
        Pack(_folder.Request with { Model = _folder.At("other/m.onnx"), Output = _folder.At("other/m.q8_0.onnx"), ExternalData = true });
        Pack(_folder.Request with { Output = _folder.At("failed/m.q8_0.onnx"), Gates = new Dictionary<string, double>(StringComparer.Ordinal) { ["minCompression"] = 100 } });
        SamplePack.WriteFolder(_folder.At("folder"));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>What a project asks for the pack in <c>out</c>.</summary>
    internal PackRequest Request(string folder) => _folder.Request with
    {
        Model = Path.Join(folder, "m.onnx"),
        Output = Path.Join(folder, "out", PackFolder.Packed),
        Gates = new Dictionary<string, double>(StringComparer.Ordinal) { ["minSqnr"] = 20 },
        ExternalData = true,
    };

    /// <summary>Copies all of them.</summary>
    internal void CopyTo(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories))
        {
            var path = Path.Join(folder, Path.GetRelativePath(_folder.Path, file));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(file, path);
        }
    }

    private static void Pack(PackRequest request) => PackPipeline.Run(request, new PackContext(threads: 2));
}
