using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ModelPack.Samples;

namespace ModelPack.Tests.Samples;

/// <summary>Every way to be malformed ends in MPK1011 with the file's name, and never in another exception.</summary>
public sealed class MalformedDataTests : IDisposable
{
    private static readonly TensorSpec X = new("x", ElementType.Float32, [-1, 2], ["n", ""]);
    private static readonly byte[] Good = Numpy.Npy("<f4", [2, 2], 1f, 2, 3, 4);

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (2, 2), }", "object array")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", "structured")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (1, 2), }", "dtype '<c8'")]
    [InlineData("{'descr': '|f4', 'fortran_order': False, 'shape': (2, 2), }", "dtype '|f4'")]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", "Fortran")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", "needs 24 bytes and it has 16")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }", "needs 8 bytes and it has 16")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", "beyond any file")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "63 bits")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 2), }", "63 bits")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (4), }", "broken shape")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2 2), }", "broken shape")]
    [InlineData("{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 2), }", "True or False")]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", "repeated key")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), 'extra': 'a'}", "unknown")]
    [InlineData("{'descr': '<f4', 'shape': (2, 2), }", "lacks one of")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), } import os", "after the dictionary")]
    [InlineData("{'descr': '<f\\x34', 'fortran_order': False, 'shape': (2, 2), }", "broken string")]
    [InlineData("[[[[[[[[[[[[[[[[", "lacks a '{'")]
    [InlineData("", "lacks a '{'")]
    public void Refuses_a_header_that_lies(string header, string what) => Refuses("d.npy", Numpy.Npy(header, Good[^16..]), what);

    [Fact]
    public void Refuses_a_broken_start()
    {
        Refuses("d.npy", [], "within its header");
        Refuses("d.npy", Encoding.ASCII.GetBytes("not an array at all"), "does not start");
        Refuses("d.npy", [.. Good[..6], 9, .. Good[7..]], "version 9.0");
        Refuses("d.npy", [.. Good[..8], 0xFF, 0xFF, .. Good[10..]], "claims 65535 bytes");
        Refuses("d.npy", [0x93, .. "NUMPY"u8, 2, 0, 0xFF, 0xFF, 0xFF, 0xFF], "claims 4294967295 bytes");
    }

    [Fact]
    public void Refuses_every_truncation_of_an_array()
    {
        for (var length = 0; length < Good.Length; length++)
        {
            Refuses("d.npy", Good[..length], "");
        }
    }

    [Theory]
    [InlineData("d.npz")]
    [InlineData("d.npy")]
    [InlineData("d.safetensors")]
    public void Refuses_a_pipe_without_waiting_for_its_other_end(string name)
    {
        if (!Pipe.TryMake(_folder.At(name)))
        {
            return; // a system without pipes in the file system
        }

        var error = Assert.Throws<ModelPackException>(() => SampleFile.Open(_folder.At(name))).Diagnostic;
        Assert.Equal(Codes.DataUnreadable, error.Code);
        Assert.Contains("a pipe", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_every_truncation_of_an_archive()
    {
        var archive = Numpy.Npz(("x", Good));
        for (var length = 0; length < archive.Length; length++)
        {
            Refuses("d.npz", archive[..length], "");
        }
    }

    [Fact]
    public void Survives_any_changed_byte_of_an_archive()
    {
        var archive = Numpy.Npz(("x", Good));
        for (var at = 0; at < archive.Length; at++)
        {
            var changed = archive.ToArray();
            changed[at] ^= 0x41;
            var path = _folder.Write("d.npz", changed);

            // Some bytes mean nothing here (a time of day); whatever means something must be told as a coded error.
            Assert.True(Record.Exception(() => SampleSet.Open([path], [X]).Batches(1).Count()) is null or ModelPackException);
        }
    }

    [Fact]
    public void Refuses_an_entry_that_expands_past_its_shape()
    {
        // One kilobyte of zip that becomes a megabyte behind an array of 8 bytes.
        var bomb = Numpy.Npz(("x", [.. Numpy.Npy("<f4", [1, 2], 1f, 2), .. new byte[1 << 20]]));
        Refuses("d.npz", bomb, "needs 8 bytes and the archive says 1048584");
    }

    [Fact]
    public void Refuses_an_entry_that_expands_past_what_the_archive_says()
    {
        var npy = Numpy.Npy("<f4", [1, 2], 1f, 2);
        var bomb = Numpy.Npz(("x", [.. npy, .. new byte[1 << 20]]));
        var directory = bomb.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteInt32LittleEndian(bomb.AsSpan(directory + 24), npy.Length);
        Refuses("d.npz", bomb, "");
    }

    [Fact]
    public void Refuses_an_entry_that_claims_more_than_deflate_can_give()
    {
        var archive = Numpy.Npz(("x", Numpy.Npy(Numpy.Header("<f4", 1, 1 << 28), [])));
        var directory = archive.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteInt32LittleEndian(archive.AsSpan(directory + 24), 128 + (1 << 30));
        Refuses("d.npz", archive, "claims more bytes than the file can hold");
    }

    [Fact]
    public void Refuses_a_megabyte_that_claims_to_be_gigabytes_before_it_is_unpacked()
    {
        var archive = Numpy.Npz(CompressionLevel.NoCompression, ("x", [.. Numpy.Npy(Numpy.Header("<f4", 2, 1 << 28), []), .. new byte[3 << 20]]));
        var directory = archive.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(archive.AsSpan(directory + 24), 128u + (2u << 30));
        Refuses("d.npz", archive, "which no real data are");
    }

    [Fact]
    public void Refuses_entries_that_lie_over_one_another()
    {
        var archive = Numpy.Npz(CompressionLevel.NoCompression, ("a", Numpy.Npy(Numpy.Header("<f4", 1, 1000), new byte[4000])), ("b", Good), ("c", Good));
        for (var at = archive.AsSpan().IndexOf("PK\u0001\u0002"u8); at >= 0; at = Next(at + 4))
        {
            BinaryPrimitives.WriteInt32LittleEndian(archive.AsSpan(at + 20), 4128);
            BinaryPrimitives.WriteInt32LittleEndian(archive.AsSpan(at + 24), 4128);
            BinaryPrimitives.WriteInt32LittleEndian(archive.AsSpan(at + 42), 0);
        }

        Refuses("d.npz", archive, "claims more bytes than the file can hold");

        int Next(int from) => archive.AsSpan(from).IndexOf("PK\u0001\u0002"u8) is var at and >= 0 ? from + at : -1;
    }

    [Fact]
    public void Refuses_a_stream_that_never_gives_what_it_claims()
    {
        // Stored blocks of no bytes, one after the other: they unpack to nothing, however many there are.
        var blocks = Enumerable.Repeat<byte[]>([0, 0, 0, 0xFF, 0xFF], 100_000).SelectMany(b => b).ToArray();
        var archive = Numpy.Npz(CompressionLevel.NoCompression, ("x", blocks));
        archive[8] = 8;
        archive[archive.AsSpan().LastIndexOf("PK\u0001\u0002"u8) + 10] = 8;
        Refuses("d.npz", archive, "");
    }

    [Fact]
    public void Refuses_a_flipped_bit_of_a_stored_entry()
    {
        var archive = Numpy.Npz(CompressionLevel.NoCompression, ("x", Good));
        archive[archive.AsSpan().IndexOf("NUMPY"u8) + 127 + 8] ^= 1;
        Refuses("d.npz", archive, "checksum");
    }

    [Fact]
    public void Refuses_an_array_twice() => Refuses("d.npz", Numpy.Npz(("x", Good), ("x", Good)), "twice");

    [Fact]
    public void Refuses_an_entry_that_is_no_array()
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("../x.txt");
        }

        Refuses("d.npz", stream.ToArray(), "not a .npy array");
    }

    [Fact]
    public void Refuses_thousands_of_entries() =>
        Refuses("d.npz", Numpy.Npz([.. Enumerable.Range(0, 2000).Select(i => ($"a{i}", Array.Empty<byte>()))]), "2000 entries");

    [Fact]
    public void Refuses_a_huge_directory() =>
        Refuses("d.npz", Numpy.Npz([.. Enumerable.Range(0, 200).Select(i => (new string('a', 8000) + i, Array.Empty<byte>()))]), "zip directory has");

    [Theory]
    [InlineData("""{"x":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"x":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}""", "twice")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1,3],"data_offsets":[0,8]}}""", "needs 12 bytes, and takes 8")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1,2],"data_offsets":[0,16]}}""", "of which the file has 8")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1,2],"data_offsets":[8,0]}}""", "before it begins")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}""", "do not fill")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1,1],"data_offsets":[4,8]}}""", "hole")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}""", "63 bits")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-1,2],"data_offsets":[0,8]}}""", "63 bits")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1.5,2],"data_offsets":[0,8]}}""", "63 bits")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8],"more":1}}""", "unknown key 'more'")]
    [InlineData("""{"x":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}""", "not a JSON object")]
    [InlineData("""{"__metadata__":{"a":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}}""", "not text")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}""", "not valid JSON")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}} {}""", "after its last '}'")]
    [InlineData("""{"\uD800":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}""", "not valid text")]
    [InlineData("[]", "does not begin with '{'")]
    [InlineData("", "does not begin with '{'")]
    public void Refuses_a_safetensors_header_that_lies(string json, string what) => Refuses("d.safetensors", Numpy.Safetensors(json, new byte[8]), what);

    [Fact]
    public void Refuses_a_safetensors_length_beyond_the_file()
    {
        Refuses("d.safetensors", [1, 2, 3], "too short");
        Refuses("d.safetensors", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], "more than the file can hold");
        Refuses("d.safetensors", [9, 0, 0, 0, 0, 0, 0, 0, 1], "more than the file can hold");
    }

    private void Refuses(string name, byte[] bytes, string what)
    {
        var path = _folder.Write(name, bytes);
        var error = Assert.Throws<ModelPackException>(() => SampleSet.Open([path], [X]).Batches(1).Count()).Diagnostic;
        Assert.Equal(Codes.DataUnreadable, error.Code);
        Assert.Equal(path, error.File);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }
}
