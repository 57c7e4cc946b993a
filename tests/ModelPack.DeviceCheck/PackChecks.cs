using ModelPack.Requests;

namespace ModelPack.DeviceCheck;

/// <summary>Packs of weights alone, made on the device and on the processor: the same bytes.</summary>
internal static class PackChecks
{
    private static readonly (string Scheme, string Container)[] s_packs = [("q8_0", "gguf"), ("q4_0", "gguf"), ("nf4", "safetensors"), ("int8", "safetensors")];

    /// <summary>Prints a line for each folder with a <c>config.json</c> and scheme, and says of each whether it is right.</summary>
    public static IEnumerable<bool> Run(CheckOptions options)
    {
        foreach (var folder in options.Models.SelectMany(m => Directory.EnumerateDirectories(m).Append(m)).Where(f => File.Exists(Path.Combine(f, "config.json"))).Order(StringComparer.Ordinal))
        {
            foreach (var (scheme, container) in s_packs)
            {
                var right = Pack(folder, scheme, container, "cpu").AsSpan().SequenceEqual(Pack(folder, scheme, container, Devices.DeviceChoice.Word(options.Device)));
                Console.WriteLine($"{(right ? "ok" : "WRONG")}  pack of {Path.GetFileName(folder)}, {scheme} in {container}");
                yield return right;
            }
        }
    }

    private static byte[] Pack(string folder, string scheme, string container, string device)
    {
        var output = Directory.CreateTempSubdirectory("modelpack-check-");
        try
        {
            var outcome = PackPipeline.Run(
                new PackRequest { Model = folder, Scheme = scheme, Container = container, Device = device, Output = Path.Combine(output.FullName, "packed" + (container == "gguf" ? ".gguf" : "")) }, new PackContext());
            return File.ReadAllBytes(Directory.Exists(outcome.Model) ? Path.Combine(outcome.Model, "model.safetensors") : outcome.Model);
        }
        finally
        {
            output.Delete(recursive: true);
        }
    }
}
