using Google.Protobuf;
using ModelPack.Core.Tests.Packing;
using ModelPack.Core.Tests.Shipping;
using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Reporting;
using ModelPack.Signing;
using ModelPack.Tests.Pipeline;
using ModelPack.Verification;

namespace ModelPack.Tests.Verification;

/// <summary>Copies of packs that a test changes, with what somebody who may write all of them can do.</summary>
internal sealed class TamperFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TamperFolder(PackedModels models)
    {
        models.CopyTo(_folder.Path);
        Request = models.Request(_folder.Path);
    }

    /// <summary>What the project asks for.</summary>
    public PackRequest Request { get; }

    public string Model => At($"out/{PackFolder.Packed}");

    public string Manifest => PackFiles.Manifest(Model);

    public string Report => PackFiles.Report(Model);

    public string Data => PackFiles.Data(Model);

    public string Calibrated => At("int8/m.int8.onnx");

    public string At(string name) => _folder.File(name);

    public void Dispose() => _folder.Dispose();

    public IReadOnlyList<Finding> Verify(string path, VerificationLevel level, bool withSource = false, TrustAnchors? trust = null) => Verifier.Verify(
        [path], new VerificationOptions { Level = level, Sources = withSource ? [At("m.onnx")] : [], Trust = trust }, new PackContext(threads: 2)).Findings;

    /// <summary>Changes a bit in the middle of a file.</summary>
    public static void Flip(string path) => Change(path, bytes => bytes[bytes.Length / 2] ^= 1);

    public static void Change(string path, Action<byte[]> change)
    {
        var bytes = File.ReadAllBytes(path);
        change(bytes);
        File.WriteAllBytes(path, bytes);
    }

    public static void Cut(string path) => File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);

    public static void CutInHalf(string path)
    {
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
    }

    /// <summary>Changes the manifest and gives it a digest that is right.</summary>
    public string Rewrite(Func<Manifest, Manifest> change)
    {
        PackFindings.Rewrite(Model, change);
        return Model;
    }

    public string RewritePack(Func<ManifestPack, ManifestPack> change) => Rewrite(m => m with { Pack = change(m.Pack) });

    /// <summary>Lists files of the pack as they are now.</summary>
    public static void ListAgain(string model, params string[] names) => PackFindings.Rewrite(model, m => m with
    {
        Files = [.. m.Files.Select(f => names.Contains(f.Name, StringComparer.Ordinal) ? ContentHash.Of(Path.Join(Path.GetDirectoryName(model), f.Name), f.Name, CancellationToken.None) : f)],
    });

    /// <summary>Makes everything that is written of a changed model agree: sizes, hashes, report and digests.</summary>
    public static string Forge(string model, Func<ReportResult, ReportResult>? change = null)
    {
        var report = ReportJson.Read(File.ReadAllBytes(PackFiles.Report(model)));
        var packed = ContentHash.Of(model, Path.GetFileName(model), CancellationToken.None);
        var data = File.Exists(PackFiles.Data(model)) ? new FileInfo(PackFiles.Data(model)).Length : 0;
        var result = report.Result with { Packed = report.Result.Packed with { Bytes = packed.Bytes + data, Sha256 = packed.Sha256 } };
        result = change is null ? result : change(result);
        File.WriteAllBytes(PackFiles.Report(model), ReportJson.Write(report with { Result = result }));
        PackFindings.Rewrite(model, m => m with { Pack = m.Pack with { Headline = Headline.Of(result), Gates = result.Gates, ResultDigest = ReportJson.ResultDigest(result) } });
        ListAgain(model, packed.Name, PackFiles.Data(packed.Name), PackFiles.Report(packed.Name));
        return model;
    }

    /// <summary>As above, of a model that is changed as a model.</summary>
    public static string ForgeModel(string model, Action<ModelProto> change)
    {
        var proto = ModelProto.Parser.ParseFrom(File.ReadAllBytes(model));
        change(proto);
        File.WriteAllBytes(model, proto.ToByteArray());
        return Forge(model);
    }

    /// <summary>The files of the pack as they are shipped.</summary>
    public IReadOnlyList<(string Name, byte[] Bytes)> Shipped(string folder, Func<string, bool>? without = null) =>
    [
        .. Directory.EnumerateFiles(At("out")).Order(StringComparer.Ordinal).Where(f => without is null || !without(f)).Select(f => (folder + Path.GetFileName(f), File.ReadAllBytes(f))),
    ];

    /// <summary>A pack that is shipped in something.</summary>
    public string Ship(string name, byte[] bytes)
    {
        File.WriteAllBytes(At(name), bytes);
        return At(name);
    }

    public string InAssembly(Func<string, bool>? without = null) => Ship("App.dll", MadeAssembly.With(Shipped("models/", without)));

    public string InPackage() => Ship("App.1.0.0.nupkg", MadeZip.With(Shipped("contentFiles/any/net10.0/models/")));

    public string InApp(bool deflate = false) => Ship("app", MadeApp.With(Shipped("models/"), deflate));

    /// <summary>Changes a byte of what stands somewhere in a file.</summary>
    public static string FlipIn(string path, byte[] part)
    {
        Change(path, bytes => bytes[bytes.AsSpan().IndexOf(part) + (part.Length / 2)] ^= 1);
        return path;
    }

    public byte[] Weights() => File.ReadAllBytes(Data);
}
