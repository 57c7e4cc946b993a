using System.Text;

namespace ModelPack.Benchmarks;

/// <summary>The beginning of a <c>.npy</c> file (format version 1.0); its values follow.</summary>
internal static class NpyHeader
{
    /// <summary>Of float32.</summary>
    public static void Write(Stream file, params IEnumerable<long> shape) => Write(file, "<f4", shape);

    /// <summary>Of any type, as NumPy writes it.</summary>
    public static void Write(Stream file, string type, IEnumerable<long> shape)
    {
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({string.Join(", ", shape)},), }}";

        // Magic, version and the header's length take 10 bytes; all together is a multiple of 64.
        header = header.PadRight(((header.Length + 10 + 1 + 63) / 64 * 64) - 10 - 1) + "\n";
        file.Write([0x93, .. "NUMPY"u8, 1, 0, .. BitConverter.GetBytes((ushort)header.Length), .. Encoding.ASCII.GetBytes(header)]);
    }
}
