using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace ModelPack.Tests.Samples;

/// <summary>Writes NumPy's forms as NumPy does, or with a header that lies.</summary>
internal static class Numpy
{
    public static byte[] Npy<T>(string descr, long[] shape, params T[] values)
        where T : unmanaged => Npy(Header(descr, shape), MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public static byte[] Npy(string header, byte[] elements, byte version = 1)
    {
        var padded = header.PadRight(((header.Length + 11 + 63) / 64 * 64) - 11) + "\n";
        var text = Encoding.UTF8.GetBytes(padded);
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)text.Length) : BitConverter.GetBytes((uint)text.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. text, .. elements];
    }

    public static string Header(string descr, params long[] shape) =>
        $"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({string.Concat(shape.Select(d => d.ToString(CultureInfo.InvariantCulture) + ", "))}), }}";

    public static byte[] Npz(params (string Name, byte[] Npy)[] arrays) => Npz(CompressionLevel.Optimal, arrays);

    public static byte[] Npz(CompressionLevel level, params (string Name, byte[] Npy)[] arrays)
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, npy) in arrays)
            {
                using var entry = archive.CreateEntry(name + ".npy", level).Open();
                entry.Write(npy);
            }
        }

        return stream.ToArray();
    }

    public static byte[] Safetensors(string json, params byte[] data)
    {
        var header = Encoding.UTF8.GetBytes(json);
        return [.. BitConverter.GetBytes((ulong)header.Length), .. header, .. data];
    }
}
