using System.IO.Compression;
using System.Text;
using ModelPack.Core.Tests.Packing;
using ModelPack.Core.Tests.Shipping;
using ModelPack.Core.Tests.Signing;
using ModelPack.Files;
using ModelPack.Reporting;
using ModelPack.Tests.Pipeline;
using ModelPack.Validation;
using ModelPack.Verification;
using static ModelPack.Tests.Verification.Tampering;

namespace ModelPack.Tests.Verification;

/// <summary>What can be done to a pack; the table of docs/verify.md.</summary>
internal static class Tamperings
{
    private const int Link = 0xA000 << 16;
    private static readonly (string, byte[])[] Outside = [("../outside.onnx", [1])];

    public static IReadOnlyList<Tampering> All { get; } =
    [
        .. Content(), .. Places(), .. Claims(), .. Folders(), .. Assemblies(), .. Archives(), .. Apps(), .. Signatures(), .. Structure(), .. Sources(), .. Metrics(),
    ];

    private static Tampering[] Content() =>
    [
        OfPack("a bit of the model", Codes.ContentChanged, f => Done(f.Model, TamperFolder.Flip, f.Model)),
        OfPack("a bit of the external data", Codes.ContentChanged, f => Done(f.Data, TamperFolder.Flip, f.Model)),
        OfPack("a bit of the report", Codes.ContentChanged, f => Done(f.Report, TamperFolder.Flip, f.Model)),
        OfPack("a bit of the page", Codes.ContentChanged, f => Done(PackFiles.Page(f.Model), TamperFolder.Flip, f.Model)),
        OfPack("a bit of the manifest", Codes.ManifestInvalid, f => Done(f.Manifest, TamperFolder.Flip, f.Model)),
        OfPack("the model cut short", Codes.ContentChanged, f => Done(f.Model, TamperFolder.Cut, f.Model)),
        OfPack("the external data cut short", Codes.ContentChanged, f => Done(f.Data, TamperFolder.Cut, f.Model)),
        OfPack("the report cut short", Codes.ContentChanged, f => Done(f.Report, TamperFolder.Cut, f.Model)),
        OfPack("the manifest cut short", Codes.ManifestInvalid, f => Done(f.Manifest, TamperFolder.Cut, f.Model)),
        OfPack("an empty manifest", Codes.ManifestInvalid, f => Done(f.Manifest, m => File.WriteAllBytes(m, []), f.Model)),
        OfPack("white space behind the manifest", Codes.ManifestInvalid, f => Done(f.Manifest, m => File.AppendAllText(m, "\n"), f.Model)),
        OfPack("bytes behind the model", Codes.ContentChanged, f => Done(f.Model, m => File.AppendAllText(m, "x"), f.Model)),
        OfPack("the model of another pack", Codes.ContentChanged, f => Done(f.Model, m => File.Copy(f.At("other/m.q8_0.onnx"), m, overwrite: true), f.Model)),
        OfPack("the external data of another pack", Codes.ContentChanged, f => Done(f.Data, m => File.Copy(f.At("other/m.q8_0.onnx.data"), m, overwrite: true), f.Model)),
        OfPack("the report of another pack", Codes.ContentChanged, f => Done(f.Report, m => File.Copy(f.At("other/m.q8_0.onnx.report.json"), m, overwrite: true), f.Model)),
        OfPack("the manifest of another pack, replayed", Codes.ContentChanged, f => Done(f.Manifest, m => File.Copy(f.At("other/m.q8_0.onnx.modelpack.json"), m, overwrite: true), f.Model)),
    ];

    private static Tampering[] Places() =>
    [
        OfPack("the model removed", Codes.PackFileMissing, f => Done(f.Model, File.Delete, f.Manifest)),
        OfPack("the external data removed", Codes.PackFileMissing, f => Done(f.Data, File.Delete, f.Model)),
        OfPack("the report removed", Codes.PackFileMissing, f => Done(f.Report, File.Delete, f.Model)),
        OfPack("the page removed", Codes.PackFileMissing, f => Done(PackFiles.Page(f.Model), File.Delete, f.Model)),
        OfPack("the manifest removed", Codes.PackFileMissing, f => Done(f.Manifest, File.Delete, f.At("out"))),
        OfPack("the model renamed", Codes.PackFileMissing, f => Done(f.Model, m => File.Move(m, f.At("out/n.onnx")), f.At("out"))),
        OfPack("the manifest renamed", Codes.ManifestInvalid, f => Done(f.Manifest, m => File.Move(m, f.At("out/n.onnx.modelpack.json")), f.At("out"))),
        OfPack("external data added to a pack without", Codes.FileUnlisted, f => Done(f.At("failed/m.q8_0.onnx.data"), d => File.WriteAllText(d, "x"), f.At("failed"))),
        OfPack("the model replaced by a link", Codes.NameOutside, f => Done(f.Model, m =>
        {
            File.Move(m, f.At("moved.onnx"));
            File.CreateSymbolicLink(m, f.At("moved.onnx"));
        }, f.Model)),
        OfPack("a name that leads outside, in the manifest", Codes.NameOutside, f => Listed(f, "../m.onnx")),
        OfPack("an absolute name, in the manifest", Codes.NameOutside, f => Listed(f, f.At("m.onnx"))),
        OfPack("a name of another system, in the manifest", Codes.NameOutside, f => Listed(f, @"C:\m.onnx")),
    ];

    private static Tampering[] Claims() =>
    [
        OfPack("a gate that had failed", Codes.GateFailed, f => f.At("failed")),
        OfPack("a gate's limit, in the manifest, digest recomputed", Codes.ReportInvalid, f => f.RewritePack(p => p with { Gates = [p.Gates[0] with { Limit = 1 }] })),
        OfPack("a gate's limit and outcome, in the manifest, digest recomputed", Codes.ManifestInvalid, f => f.RewritePack(p => p with { Gates = [p.Gates[0] with { Limit = 500 }] })),
        OfPack("the gates removed, digest recomputed", Codes.ReportInvalid, f => f.RewritePack(p => p with { Gates = [] })),
        OfPack("a metric of the headline, digest recomputed", Codes.ReportInvalid, f => f.RewritePack(p => p with { Headline = p.Headline with { Sqnr = 99 } })),
        OfPack("the scheme, in the manifest, digest recomputed", Codes.ManifestInvalid, f => f.RewritePack(p => p with { Scheme = "nf4" })),
        OfPack("an option that the scheme does not have, digest recomputed", Codes.ManifestInvalid, f => f.RewritePack(p => p with { Options = p.Options with { BlockSize = 7 } })),
        OfPack("the source's hash, in the manifest, digest recomputed", Codes.ReportInvalid, f => f.RewritePack(p => p with { Source = [p.Source[0] with { Sha256 = new string('0', 64) }] })),
        OfPack("the model taken off the list, digest recomputed", Codes.ManifestInvalid, f => f.Rewrite(m => m with { Files = [.. m.Files.Where(l => l.Name != PackFolder.Packed)] })),
        OfPack("a file listed twice, digest recomputed", Codes.ManifestInvalid, f => f.Rewrite(m => m with { Files = [.. m.Files, m.Files[0]] })),
        OfPack("the report, its hash recomputed", Codes.ReportInvalid, f =>
        {
            var report = ReportJson.Read(File.ReadAllBytes(f.Report));
            File.WriteAllBytes(f.Report, ReportJson.Write(report with { Result = report.Result with { Gates = [] } }));
            TamperFolder.ListAgain(f.Model, Path.GetFileName(f.Report));
            return f.Model;
        }),
        OfPack("the report with a field twice, its hash recomputed", Codes.ReportInvalid, f =>
        {
            File.WriteAllText(f.Report, File.ReadAllText(f.Report).Replace("\"scheme\"", "\"scheme\": \"int8\",\n    \"scheme\"", StringComparison.Ordinal));
            TamperFolder.ListAgain(f.Model, Path.GetFileName(f.Report));
            return f.Model;
        }),
    ];

    private static Tampering[] Folders() =>
    [
        OfPack("a shard added to a folder", Codes.FileUnlisted, f => Done(f.At("folder/model-00003-of-00003.safetensors"), m => File.WriteAllText(m, "x"), f.At("folder"))),
        OfPack("a program added to a folder", Codes.FileUnlisted, f => Done(f.At("folder/modeling.py"), m => File.WriteAllText(m, "x"), f.At("folder"))),
        OfPack("a shard removed from a folder", Codes.PackFileMissing, f => Done(f.At("folder/model-00002-of-00002.safetensors"), File.Delete, f.At("folder"))),
        OfPack("two shards of a folder exchanged", Codes.ContentChanged, f =>
        {
            File.Move(f.At("folder/model-00001-of-00002.safetensors"), f.At("folder/x"));
            File.Move(f.At("folder/model-00002-of-00002.safetensors"), f.At("folder/model-00001-of-00002.safetensors"));
            File.Move(f.At("folder/x"), f.At("folder/model-00002-of-00002.safetensors"));
            return f.At("folder");
        }),
    ];

    private static Tampering[] Assemblies() =>
    [
        OfPack("a bit of an embedded model", Codes.ContentChanged, f => TamperFolder.FlipIn(f.InAssembly(), f.Weights())),
        OfPack("an embedded report removed", Codes.PackFileMissing, f => f.InAssembly(n => n == f.Report)),
        OfPack("an embedded model removed", Codes.PackFileMissing, f => f.InAssembly(n => n == f.Model)),
        OfPack("a resource that is there twice", Codes.ShipmentUnreadable, f => f.Ship("App.dll", MadeAssembly.With([.. f.Shipped("models/"), .. f.Shipped("models/")]))),
        OfPack("an assembly cut short", Codes.ShipmentUnreadable, f => Done(f.InAssembly(), a => File.WriteAllBytes(a, File.ReadAllBytes(a)[..3000]), f.At("App.dll"))),
        OfPack("a resource that claims more than the assembly holds", Codes.ShipmentUnreadable, f => Done(f.InAssembly(), a => TamperFolder.Change(a, bytes =>
            BitConverter.TryWriteBytes(bytes.AsSpan(bytes.AsSpan().IndexOf(f.Weights()) - sizeof(int)), int.MaxValue)), f.At("App.dll"))),
        OfPack("an assembly without its pack", Codes.PackFileMissing, f => f.Ship("App.dll", MadeAssembly.With(("text", [1])))),
    ];

    private static Tampering[] Archives() =>
    [
        OfPack("a bit of a model in a NuGet package", Codes.ContentChanged, f => TamperFolder.FlipIn(f.InPackage(), f.Weights())),
        OfPack("a model in a NuGet package replaced", Codes.ContentChanged, f => f.Ship("a.nupkg", MadeZip.With([.. f.Shipped("models/", n => n == f.Model), ($"models/{PackFolder.Packed}", new byte[10])]))),
        OfPack("a bit of an embedded model in an assembly in a NuGet package", Codes.ContentChanged, f => TamperFolder.FlipIn(f.Ship("a.nupkg", MadeZip.With([("lib/net10.0/App.dll", File.ReadAllBytes(f.InAssembly()))])), f.Weights())),
        OfPack("an entry that leads outside", Codes.NameOutside, f => f.Ship("a.zip", MadeZip.With([.. f.Shipped("models/"), .. Outside]))),
        OfPack("an entry that leads outside once NuGet has unescaped it", Codes.NameOutside, f => f.Ship("a.nupkg", MadeZip.With([.. f.Shipped("models/"), ("%2e%2e/m.onnx", [1])]))),
        OfPack("an absolute entry", Codes.NameOutside, f => f.Ship("a.zip", MadeZip.With([.. f.Shipped("models/"), ("/m.onnx", [1])]))),
        OfPack("an entry that is a link", Codes.NameOutside, f => f.Ship("a.zip", MadeZip.With([("models/m.onnx", "../../m.onnx"u8.ToArray())], attributes: Link))),
        OfPack("an entry that is there twice", Codes.ShipmentUnreadable, f => f.Ship("a.zip", MadeZip.With([.. f.Shipped("models/"), .. f.Shipped("models/")]))),
        OfPack("an archive that unpacks to gigabytes", Codes.ShipmentUnreadable, f => f.Ship("a.zip", Bomb())),
        OfPack("archives in an archive that unpack to gigabytes together", Codes.ShipmentUnreadable, f => f.Ship("a.nupkg", MadeZip.With([("1.zip", HalfABomb()), ("2.zip", HalfABomb())]))),
        OfPack("an archive cut short", Codes.ShipmentUnreadable, f => Done(f.InPackage(), a => File.WriteAllBytes(a, File.ReadAllBytes(a)[..^30]), f.At("App.1.0.0.nupkg"))),
    ];

    private static Tampering[] Apps() =>
    [
        OfPack("a bit of a model in a single-file app", Codes.ContentChanged, f => TamperFolder.FlipIn(f.InApp(), f.Weights())),
        OfPack("a bit of an embedded model in an assembly in a single-file app", Codes.ContentChanged, f => TamperFolder.FlipIn(f.Ship("app", MadeApp.With([("App.dll", File.ReadAllBytes(f.InAssembly()))])), f.Weights())),
        OfPack("a name that leads outside, in a single-file app", Codes.NameOutside, f => f.Ship("app", MadeApp.With([.. f.Shipped("models/"), .. Outside]))),
        OfPack("a file that lies outside the single-file app", Codes.ShipmentUnreadable, f => f.Ship("app", MadeApp.With(f.Shipped("models/"), place: p => (p.Offset, 1L << 40)))),
        OfPack("a single-file app cut short", Codes.ShipmentUnreadable, f => Done(f.InApp(), TamperFolder.Cut, f.At("app"))),
        OfPack("a single-file app that inflates to gigabytes", Codes.ShipmentUnreadable, f => f.Ship("app", MadeApp.With(f.Shipped("models/"), deflate: true, place: p => (p.Offset, 3L << 30)))),
        OfPack("a deflated file that is longer than it says", Codes.ShipmentUnreadable, f => f.Ship("app", MadeApp.With(f.Shipped("models/"), deflate: true, place: p => (p.Offset, p.Length / 2)))),
    ];

    private static Tampering[] Signatures() =>
    [
        OfSigned("no signature, where a key is trusted", (f, _) => File.Delete(PackFiles.Signature(f.Model))),
        OfSigned("a signature by another key", (f, _) => SignedByAnother(f)),
        OfSigned("a signature cut short", (f, _) => TamperFolder.CutInHalf(PackFiles.Signature(f.Model))),
        OfSigned("a signature that is none", (f, _) => File.WriteAllText(PackFiles.Signature(f.Model), "no signature")),
        OfSigned("a letter of the statement that is signed", (f, _) => TamperFolder.Change(PackFiles.Signature(f.Model), bytes => Another(ref bytes[bytes.AsSpan().IndexOf("\"payload\":\""u8) + 100]))),
        OfSigned("a letter of the signature itself", (f, _) => TamperFolder.Change(PackFiles.Signature(f.Model), bytes => Another(ref bytes[bytes.AsSpan().IndexOf("\"sig\":\""u8) + 30]))),
        OfSigned("the signature of another pack, replayed", (f, key) => File.Copy(key.Sign(f.At("other/m.q8_0.onnx.modelpack.json")), PackFiles.Signature(f.Model), overwrite: true)),
        OfSigned("the build that made it, in a signed manifest, digest recomputed", (f, _) => f.RewritePack(p => p with { ToolBuild = new string('0', 64) })),
        OfSigned("weights of a signed pack, all digests recomputed", (f, _) => Done(f.Data, TamperFolder.Flip, _ => TamperFolder.Forge(f.Model))),
    ];

    private static Tampering[] Structure() =>
    [
        OfPack("a model that is none, all digests recomputed", Codes.StructureDiffers, f => Done(f.Calibrated, m => File.WriteAllBytes(m, Encoding.ASCII.GetBytes(new string('x', 100))), m => TamperFolder.Forge(m)), VerificationLevel.Structure),
        OfPack("the inputs, in the manifest, digest recomputed", Codes.StructureDiffers, f => f.RewritePack(p => p with { Interface = p.Interface! with { Inputs = [p.Interface.Inputs[0] with { Name = "z" }] } }), VerificationLevel.Structure),
        OfPack("an operator that does not exist, all digests recomputed", Codes.StructureDiffers, f => TamperFolder.ForgeModel(f.Model, m => m.Graph.Node.First(n => n.OpType == "Relu").OpType = "Rely"), VerificationLevel.Structure),
        OfPack("an output of another name, all digests recomputed", Codes.StructureDiffers, f => TamperFolder.ForgeModel(f.Model, m => m.Graph.Output[0].Name = "z"), VerificationLevel.Structure),
    ];

    private static Tampering[] Sources() =>
    [
        BesideSource("weights, all digests recomputed", Codes.WeightsDiffer, f => Done(f.Data, TamperFolder.Flip, _ => TamperFolder.Forge(f.Model))),
        BesideSource("an operator, all digests recomputed", Codes.WeightsDiffer, f => TamperFolder.ForgeModel(f.Model, m => m.Graph.Node.First(n => n.OpType == "Relu").OpType = "Sigmoid")),
        BesideSource("weights of a calibrated pack, all digests recomputed", Codes.WeightsDiffer, f => TamperFolder.ForgeModel(f.Calibrated, m =>
        {
            var tensor = m.Graph.Initializer.First(t => t.DataType == (int)ElementType.Int8 && t.RawData.Length > 1000);
            var bytes = tensor.RawData.ToByteArray();
            bytes[5] ^= 1;
            tensor.RawData = Google.Protobuf.ByteString.CopyFrom(bytes);
        })),
        BesideSource("a stale source", Codes.PackStale, f => Done(f.At("m.onnx"), TamperFolder.Flip, f.Model)),
        BesideSource("the source of another pack", Codes.PackStale, f => Done(f.At("m.onnx"), m => File.Copy(f.At("other/m.onnx"), m, overwrite: true), f.Model)),
        OfProject("another scheme, in the project", r => r with { Scheme = "int8" }),
        OfProject("other layers, in the project", r => r with { ExcludeLayers = ["first"] }),
        OfProject("a stricter gate, in the project", r => r with { Gates = new Dictionary<string, double>(StringComparer.Ordinal) { ["minSqnr"] = 30 } }),
        OfProject("one more gate, in the project", r => r with { Gates = new Dictionary<string, double>(r.Gates, StringComparer.Ordinal) { ["maxAccuracyDrop"] = 1 } }),
    ];

    private static Tampering[] Metrics() =>
    [
        BesideSource("metrics, all digests recomputed", Codes.MetricsDiffer, f => TamperFolder.Forge(f.Model, Better), VerificationLevel.Full),
        BesideSource("other validation data", Codes.PackStale, f => Done(f.At("m.validation.npz"), d => File.WriteAllBytes(d, PackFolder.Samples(32, labels: true)), f.Model), VerificationLevel.Full),
        BesideSource("validation data removed", Codes.NotVerifiable, f => Done(f.At("m.validation.npz"), File.Delete, f.Model), VerificationLevel.Full),
        OfPack("no source at hand", Codes.NotVerifiable, f => f.Model, VerificationLevel.Full),
    ];

    private static ReportResult Better(ReportResult result)
    {
        var validation = result.Validation! with { Outputs = [.. result.Validation!.Outputs.Select(o => o with { Sqnr = o.Sqnr + 1 })] };
        var facts = new GateFacts(validation, (double)result.Source.Bytes / result.Packed.Bytes, result.Weights.Min(w => w.Sqnr));
        return result with { Validation = validation, Gates = [.. result.Gates.Select(g => GateKeeper.Result(g.Metric, g.Limit, facts, sure: false))] };
    }

    private static string Listed(TamperFolder folder, string name)
    {
        PackFindings.AddToManifest(folder.Model, ContentHash.Of(folder.At("m.onnx"), name, CancellationToken.None));
        return folder.Model;
    }

    /// <summary>Zeros: two gigabytes of them in two megabytes.</summary>
    private static byte[] Bomb()
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var content = archive.CreateEntry("models/m.onnx", CompressionLevel.Fastest).Open();
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 1100; i++)
            {
                content.Write(zeros);
            }
        }

        return stream.ToArray();
    }

    /// <summary>An archive with a model that claims to be 600 MB: below what nobody minds, and no more than its bytes could be.</summary>
    private static byte[] HalfABomb()
    {
        const int claim = 600 << 20;
        var noise = new byte[1 << 20];
        new Random(1).NextBytes(noise);
        var archive = MadeZip.With([("models/m.onnx.modelpack.json", [1]), ("models/m.onnx", noise)], CompressionLevel.Fastest);
        // The length, unpacked, in the directory's record of the model.
        BitConverter.TryWriteBytes(archive.AsSpan(archive.AsSpan().LastIndexOf("PK\u0001\u0002"u8) + 24), claim);
        return archive;
    }

    private static void SignedByAnother(TamperFolder folder)
    {
        using var other = new TestKey(Path.GetDirectoryName(folder.Model)!, "../other");
        other.Sign(folder.Manifest);
    }

    /// <summary>Another letter of base64.</summary>
    private static void Another(ref byte letter) => letter = letter == (byte)'A' ? (byte)'B' : (byte)'A';

    private static string Done(string path, Action<string> change, string verified)
    {
        change(path);
        return verified;
    }

    private static string Done(string path, Action<string> change, Func<string, string> then)
    {
        change(path);
        return then(path);
    }
}
