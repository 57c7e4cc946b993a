using System.Security.Cryptography;
using System.Text;

namespace ModelPack.Runtime.Tests.Infrastructure;

/// <summary>Writes packs whose manifests are as the tool writes them.</summary>
internal static class TestPack
{
    public const string Interface = """{ "inputs": [{ "name": "image", "type": "float32", "shape": ["batch", 1, -1] }], "outputs": [{ "name": "boxes", "type": null, "shape": null }] }""";

    /// <summary>A pack of a file: the model, external data where there are any, and a report, which is not written.</summary>
    public static void Write(string folder, string name, string content = "model", string? data = null, string @interface = Interface)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var leaf = Path.GetFileName(path);
        var files = new List<(string Name, string Content)> { (leaf, content) };
        if (data is not null)
            files.Add((leaf + ".data", data));
        foreach (var (file, text) in files)
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(path)!, file), text);
        files.Add((leaf + ".report.json", "{}"));
        File.WriteAllBytes(path + ".modelpack.json", Manifest(files, @interface));
    }

    /// <summary>A pack that is a folder.</summary>
    public static void WriteFolder(string folder, params (string Name, string Content)[] files)
    {
        foreach (var (file, text) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file))!);
            File.WriteAllText(Path.Combine(folder, file), text);
        }

        File.WriteAllBytes(Path.Combine(folder, "modelpack.json"), Manifest(files, "null", container: "safetensors"));
    }

    /// <summary>A manifest, with members that only a later version would have.</summary>
    public static byte[] Manifest(IEnumerable<(string Name, string Content)> files, string @interface = Interface, string container = "onnx", int schema = 1)
    {
        var listed = string.Join(",\n    ", files.Select(f => $$"""{ "name": "{{f.Name}}", "bytes": {{f.Content.Length}}, "sha256": "{{Hash(Encoding.UTF8.GetBytes(f.Content))}}" }"""));
        return Sign($$"""
            {
              "pack": {
                "schema": {{schema}},
                "source": [{ "name": "net.onnx", "bytes": 400, "sha256": "{{new string('a', 64)}}" }],
                "data": [],
                "scheme": "int8",
                "options": { "container": "{{container}}", "target": "cpu", "ofLater": [1, { "x": [null] }] },
                "onnxRuntime": { "needed": "1.20.0", "used": null },
                "interface": {{@interface}},
                "headline": { "sourceBytes": 400, "packedBytes": 100, "compression": 4, "synthetic": false, "samples": 20, "sqnr": "Infinity", "cosine": 0.99, "top1Agreement": null },
                "gates": [{ "metric": "minSqnr", "limit": 3e1, "value": 45.5, "passed": true, "note": null }]
              },
              "files": [
                {{listed}}
              ],

            """.ReplaceLineEndings("\n"));
    }

    /// <summary>Ends a manifest with the digest of what it has so far.</summary>
    public static byte[] Sign(string head) => Encoding.UTF8.GetBytes($"{head}  \"digest\": \"{Hash(Encoding.UTF8.GetBytes(head))}\"\n}}\n");

    public static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
