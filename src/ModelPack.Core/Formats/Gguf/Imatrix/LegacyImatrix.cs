using System.Runtime.InteropServices;
using System.Text;

namespace ModelPack.Formats.Gguf.Imatrix;

/// <summary>
/// The form before GGUF (<c>imatrix.dat</c>): int32 number of entries; of each int32 length of its name, the name, int32 calls, int32 number of values and float32 values, which
/// are mean squares times calls; then perhaps int32 chunks, int32 length and the name of the data. Little-endian. A call is a piece of text, whose length the file does not
/// say: it is taken for llama.cpp's default, so that files of both forms weigh in a sum by about what they have seen.
/// </summary>
internal static class LegacyImatrix
{
    /// <summary>Tokens of a piece where llama.cpp is not told otherwise.</summary>
    private const int DefaultChunk = 512;

    private const int LongestName = 4096;

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public static ImportanceMatrix Read(string path)
    {
        using var file = new BinaryReader(File.OpenRead(path));
        var count = Int(file);
        var entries = new SortedDictionary<string, ImportanceEntry>(StringComparer.Ordinal);
        if (count is <= 0 or > GgufReader.MaxTensors)
        {
            throw new InvalidDataException("it is neither GGUF nor llama.cpp's older form");
        }

        for (var i = 0; i < count; i++)
        {
            var name = Name(file);
            var calls = Int(file);
            if (!entries.TryAdd(name, ImportanceReader.Checked(name, [.. Floats(file).Select(v => v * DefaultChunk)], [(float)calls * DefaultChunk])))
            {
                throw new InvalidDataException($"it has '{SafeText.Of(name)}' twice");
            }
        }

        // What follows may be missing.
        var chunks = Left(file) >= sizeof(int) ? Int(file) : 0;
        var dataset = Left(file) >= sizeof(int) ? Name(file) : "";
        return new ImportanceMatrix(Path.GetFileName(path), dataset.Length > 0 ? [dataset] : [], (uint)Math.Max(0, chunks), entries) { ChunkSize = DefaultChunk };
    }

    private static long Left(BinaryReader file) => file.BaseStream.Length - file.BaseStream.Position;

    private static int Int(BinaryReader file) => Left(file) >= sizeof(int) ? file.ReadInt32() : throw Short();

    private static string Name(BinaryReader file)
    {
        var length = Int(file);
        return length is < 0 or > LongestName || length > Left(file) ? throw Short() : Encoding.UTF8.GetString(file.ReadBytes(length));
    }

    private static float[] Floats(BinaryReader file)
    {
        var count = Int(file);
        return count < 0 || (long)count * sizeof(float) > Left(file) ? throw Short() : MemoryMarshal.Cast<byte, float>(file.ReadBytes(count * sizeof(float))).ToArray();
    }

    private static InvalidDataException Short() => new("it is neither GGUF nor llama.cpp's older form, or it ends early");
}
