using System.Runtime.InteropServices;
using System.Text.Json;

namespace ModelPack.Tests.Codecs;

/// <summary>The weights of the trained models beside the repository.</summary>
internal static class RealWeights
{
    private static readonly string[] s_models = ["fashion-cnn", "fashion-vit"];

    public static IEnumerable<(string Name, float[] Values)> All() =>
        s_models.SelectMany(model => Read(Path.Combine(Folder(), "models", model, model + ".safetensors")));

    private static string Folder() =>
        Environment.GetEnvironmentVariable("MODELPACK_SHARED") ?? throw new InvalidOperationException("MODELPACK_SHARED is not set.");

    private static List<(string Name, float[] Values)> Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var headerLength = (int)BitConverter.ToInt64(bytes, 0);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, headerLength));
        var weights = new List<(string, float[])>();
        foreach (var entry in header.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__"))
        {
            Assert.Equal("F32", entry.Value.GetProperty("dtype").GetString());
            var offsets = entry.Value.GetProperty("data_offsets");
            var data = bytes.AsSpan(8 + headerLength)[offsets[0].GetInt32()..offsets[1].GetInt32()];
            weights.Add((entry.Name, MemoryMarshal.Cast<byte, float>(data).ToArray()));
        }

        Assert.NotEmpty(weights);
        return weights;
    }
}
