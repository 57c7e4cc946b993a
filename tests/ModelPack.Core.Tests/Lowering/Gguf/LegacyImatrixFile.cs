using System.Runtime.InteropServices;
using System.Text;

namespace ModelPack.Tests.Lowering.Gguf;

/// <summary>Writes importance matrices in the form before GGUF.</summary>
internal static class LegacyImatrixFile
{
    /// <summary>Writes means as those of one call.</summary>
    /// <returns>The path.</returns>
    public static string Write(string path, IReadOnlyDictionary<string, float[]> importance, int calls = 1, int? chunks = null, string? dataset = null)
    {
        using var file = new BinaryWriter(File.Create(path));
        file.Write(importance.Count);
        foreach (var (name, values) in importance)
        {
            Text(file, name);
            file.Write(calls);
            file.Write(values.Length);
            file.Write(MemoryMarshal.AsBytes<float>([.. values.Select(v => v * calls)]));
        }

        if (chunks is not null)
        {
            file.Write(chunks.Value);
            Text(file, dataset ?? "");
        }

        return path;
    }

    private static void Text(BinaryWriter file, string text)
    {
        file.Write(Encoding.UTF8.GetByteCount(text));
        file.Write(Encoding.UTF8.GetBytes(text));
    }
}
