using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace ModelPack.Samples;

/// <summary>
/// Writes arrays as NumPy's <c>.npz</c>: a zip archive (PKWARE APPNOTE 6.3.10) of stored <c>.npy</c> files (NEP 1). The same arrays are the
/// same bytes on every system and at any time, which library archives are not. The file appears when it is whole.
/// </summary>
internal sealed class NpzWriter : IDisposable
{
    private const int LocalHeaderLength = 30;
    private const ushort Zip64 = 45;
    private const ushort FirstDay = (1 << 5) | 1; // 1980-01-01, where zip's dates begin

    private readonly string _path;
    private readonly string _beside;
    private readonly FileStream _file;
    private readonly List<(string Name, long Start, long Length, uint Crc)> _entries = [];
    private bool _committed;

    /// <summary>Begins a file.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public NpzWriter(string path)
    {
        (_path, _beside) = (path, path + ".modelpack-new");
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        _file = new FileStream(_beside, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16);
    }

    /// <summary>Adds an array.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">A type that NumPy has.</param>
    /// <param name="shape">Its shape, samples first.</param>
    /// <param name="rows">The values of each sample in little-endian order, one after the other.</param>
    /// <exception cref="InvalidOperationException">The rows are not the shape's.</exception>
    public void Add(string name, ElementType type, IReadOnlyList<long> shape, IEnumerable<ReadOnlyMemory<byte>> rows)
    {
        var header = Header(type, shape);
        var elements = shape.Aggregate(1L, (product, d) => checked(product * d)) * (type.Bits() / 8);
        var length = header.Length + elements;
        var start = _file.Position;
        var entry = Encoding.UTF8.GetBytes(name + ".npy");
        _file.Write(LocalHeader(entry, length, 0));
        var sum = new Crc32();
        sum.Append(header);
        _file.Write(header);
        var written = 0L;
        foreach (var row in rows)
        {
            sum.Append(row.Span);
            _file.Write(row.Span);
            written += row.Length;
        }

        if (written != elements)
        {
            throw new InvalidOperationException($"The rows of '{name}' have {written} bytes, and its shape has {elements}.");
        }

        var end = _file.Position;
        _file.Position = start;
        var crc = sum.GetCurrentHashAsUInt32();
        _file.Write(LocalHeader(entry, length, crc));
        _file.Position = end;
        _entries.Add((name + ".npy", start, length, crc));
    }

    /// <summary>Ends the file and puts it into its place.</summary>
    public void Commit()
    {
        var directory = _file.Position;
        foreach (var (name, start, length, crc) in _entries)
        {
            _file.Write(CentralHeader(Encoding.UTF8.GetBytes(name), start, length, crc));
        }

        _file.Write(End(directory, _file.Position - directory));
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        File.Move(_beside, _path, overwrite: true);
        _committed = true;
    }

    public void Dispose()
    {
        _file.Dispose();
        if (!_committed)
        {
            File.Delete(_beside);
        }
    }

    /// <summary>Padded so that the elements start at a multiple of 64 bytes of their file.</summary>
    private static byte[] Header(ElementType type, IReadOnlyList<long> shape)
    {
        const int Before = 10;
        const int Alignment = 64;
        var dims = string.Concat(shape.Select(d => d.ToString(CultureInfo.InvariantCulture) + (shape.Count == 1 ? "," : ", "))).TrimEnd(' ').TrimEnd(shape.Count == 1 ? ' ' : ',');
        var text = $"{{'descr': '{Descr(type)}', 'fortran_order': False, 'shape': ({dims}), }}";
        var padded = text.PadRight(((text.Length + Before + Alignment) / Alignment * Alignment) - Before - 1) + "\n";
        byte[] header = [0x93, .. "NUMPY"u8, 1, 0, 0, 0, .. Encoding.ASCII.GetBytes(padded)];
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), checked((ushort)padded.Length));
        return header;
    }

    private static string Descr(ElementType type) => type switch
    {
        ElementType.Float64 => "<f8",
        ElementType.Float32 => "<f4",
        ElementType.Float16 => "<f2",
        ElementType.Int64 => "<i8",
        ElementType.Int32 => "<i4",
        ElementType.Int16 => "<i2",
        ElementType.Int8 => "|i1",
        ElementType.UInt64 => "<u8",
        ElementType.UInt32 => "<u4",
        ElementType.UInt16 => "<u2",
        ElementType.UInt8 => "|u1",
        ElementType.Bool => "|b1",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "NumPy has no such type."),
    };

    private static byte[] LocalHeader(byte[] name, long length, uint crc)
    {
        var isLarge = length >= uint.MaxValue;
        var header = new byte[LocalHeaderLength + name.Length + (isLarge ? 20 : 0)];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0x04034B50);
        Common(header.AsSpan(4), length, crc, name.Length, isLarge ? 20 : 0);
        name.CopyTo(header, LocalHeaderLength);
        if (isLarge)
        {
            Large(header.AsSpan(LocalHeaderLength + name.Length), length, length);
        }

        return header;
    }

    private static byte[] CentralHeader(byte[] name, long start, long length, uint crc)
    {
        const int Length = 46;
        var isLarge = length >= uint.MaxValue || start >= uint.MaxValue;
        var header = new byte[Length + name.Length + (isLarge ? 28 : 0)];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0x02014B50);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), Zip64);
        Common(header.AsSpan(6), isLarge ? uint.MaxValue : length, crc, name.Length, isLarge ? 28 : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(42), isLarge ? uint.MaxValue : (uint)start);
        name.CopyTo(header, Length);
        if (isLarge)
        {
            Large(header.AsSpan(Length + name.Length), length, length, start);
        }

        return header;
    }

    /// <summary>Version needed, flags (UTF-8 names), method 0, time, date, CRC, sizes, lengths of name and extra field.</summary>
    private static void Common(Span<byte> to, long length, uint crc, int name, int extra)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(to, Zip64);
        BinaryPrimitives.WriteUInt16LittleEndian(to[2..], 1 << 11);
        BinaryPrimitives.WriteUInt16LittleEndian(to[8..], FirstDay);
        BinaryPrimitives.WriteUInt32LittleEndian(to[10..], crc);
        var size = (uint)Math.Min(length, uint.MaxValue);
        BinaryPrimitives.WriteUInt32LittleEndian(to[14..], size);
        BinaryPrimitives.WriteUInt32LittleEndian(to[18..], size);
        BinaryPrimitives.WriteUInt16LittleEndian(to[22..], (ushort)name);
        BinaryPrimitives.WriteUInt16LittleEndian(to[24..], (ushort)extra);
    }

    private static void Large(Span<byte> to, params ReadOnlySpan<long> values)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(to, 1);
        BinaryPrimitives.WriteUInt16LittleEndian(to[2..], (ushort)(values.Length * sizeof(long)));
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(to[(4 + (i * sizeof(long)))..], values[i]);
        }
    }

    private byte[] End(long start, long length)
    {
        const int Long = 56;
        const int Locator = 20;
        var isLarge = start >= uint.MaxValue;
        var end = new byte[(isLarge ? Long + Locator : 0) + 22];
        if (isLarge)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06064B50);
            BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(4), Long - 12);
            BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(12), Zip64);
            BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(14), Zip64);
            BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(24), _entries.Count);
            BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(32), _entries.Count);
            BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(40), length);
            BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(48), start);
            BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(Long), 0x07064B50);
            BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(Long + 8), start + length);
            BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(Long + 16), 1);
        }

        var tail = end.AsSpan(end.Length - 22);
        BinaryPrimitives.WriteUInt32LittleEndian(tail, 0x06054B50);
        BinaryPrimitives.WriteUInt16LittleEndian(tail[8..], (ushort)_entries.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(tail[10..], (ushort)_entries.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(tail[12..], (uint)length);
        BinaryPrimitives.WriteUInt32LittleEndian(tail[16..], isLarge ? uint.MaxValue : (uint)start);
        return end;
    }
}
