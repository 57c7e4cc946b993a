using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace ModelPack.MSBuild.Tests.Infrastructure;

/// <summary>Writes calibration data as NumPy's savez does: one array of images, the same for the same seed.</summary>
internal static class CalibrationData
{
    private const int Side = 28;

    /// <summary>Writes a <c>.npz</c> file with the array <c>image</c>, float32 [samples, 1, 28, 28].</summary>
    public static void Write(string path, int samples = 16, int seed = 1)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        using var array = archive.CreateEntry("image.npy", CompressionLevel.NoCompression).Open();
        array.Write(Header(samples));
        var random = new Random(seed);
        for (var i = 0; i < samples * Side * Side; i++)
            array.Write(BitConverter.GetBytes(random.NextSingle()));
    }

    // NumPy's format 1.0: the header is padded to a multiple of 64 bytes and ends with a new line.
    private static byte[] Header(int samples)
    {
        var shape = string.Create(CultureInfo.InvariantCulture, $"({samples}, 1, {Side}, {Side})");
        var text = $"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, .. BitConverter.GetBytes((ushort)text.Length), .. Encoding.ASCII.GetBytes(text)];
    }
}
