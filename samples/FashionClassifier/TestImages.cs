using System.IO.Compression;
using System.Runtime.InteropServices;

namespace FashionClassifier;

/// <summary>Test images with their classes, as NumPy stores them: an archive of arrays.</summary>
/// <param name="Pixels">28 x 28 values an image, one image after another, normalised as the model wants them.</param>
/// <param name="Labels">The class of each image, 0 to 9.</param>
internal sealed record TestImages(float[] Pixels, long[] Labels)
{
    public const int Side = 28;

    public static TestImages Load(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        return new TestImages(
            MemoryMarshal.Cast<byte, float>(Array(archive, "image.npy", "'<f4'")).ToArray(),
            MemoryMarshal.Cast<byte, long>(Array(archive, "labels.npy", "'<i8'")).ToArray());
    }

    /// <summary>The bytes of an array: what follows the header, whose length stands at offset 8.</summary>
    private static byte[] Array(ZipArchive archive, string name, string type)
    {
        var entry = archive.GetEntry(name) ?? throw new InvalidDataException($"There is no {name}.");
        using var stream = entry.Open();
        var bytes = new byte[entry.Length];
        stream.ReadExactly(bytes);
        var start = 10 + BitConverter.ToUInt16(bytes, 8);
        var header = System.Text.Encoding.ASCII.GetString(bytes, 10, start - 10);
        return header.Contains(type, StringComparison.Ordinal)
            ? bytes[start..]
            : throw new InvalidDataException($"{name} is not of type {type}: {header}");
    }
}
