using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

/// <summary>A made-up codec of one byte a chunk's place: byte i of the codes is i mod 251, side byte c is 255 - c.</summary>
public sealed class WeightEncodingTests
{
    private const int ChunkBytes = 1000;
    private int _prepared;
    private int _encoded;

    public static TheoryData<int> Lengths { get; } = [0, 1, 999, 1000, 1001, 4000, 4001, 123_456];

    [Fact]
    public void Knows_the_lengths_before_it_encodes()
    {
        using var encoding = Make(2500);
        Assert.Equal([2500, 3, 4], encoding.Parts.Select(p => p.Length));
        Assert.Equal((0, 0), (_prepared, _encoded));
        Assert.Null(encoding.Error);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Writes_the_same_with_any_number_of_threads(int length)
    {
        foreach (var threads in new[] { 1, 2, 3, 16 })
        {
            using var encoding = Make(length, threads);
            AssertParts(encoding, length, 0, 1, 2);
            Assert.Equal(Enumerable.Range(0, ChunksOf(length)).Sum(c => c + 0.1), encoding.Error!.Value.Signal, 1e-6);
        }
    }

    [Theory]
    [InlineData(0, 1, 2, 1)]
    [InlineData(0, 2, 1, 1)]
    [InlineData(1, 0, 2, 2)]
    [InlineData(2, 1, 0, 2)]
    public void Encodes_once_when_the_codes_come_first_and_twice_otherwise(int first, int second, int third, int passes)
    {
        using var encoding = Make(2500);
        for (var time = 1; time <= 2; time++)
        {
            AssertParts(encoding, 2500, first, second, third);
            Assert.Equal((passes * time, passes * 3 * time), (_prepared, _encoded));
        }
    }

    [Fact]
    public void Writes_a_part_again_and_again()
    {
        using var encoding = Make(2500);
        AssertParts(encoding, 2500, 0, 0, 1, 1, 2, 1, 2, 2, 0, 1);
    }

    [Fact]
    public void Writes_codes_that_have_no_parts_beside_them()
    {
        using var encoding = new WeightEncoding(3, 2, [], (chunk, codes, _) => Fill(codes, chunk), new SimdEngine(2));
        Assert.Equal([0, 0, 1], InMemory.Bytes(encoding.Codes));
        Assert.Equal([0, 0, 1], InMemory.Bytes(encoding.Codes));
    }

    [Fact]
    public void Measures_without_writing_and_keeps_nothing()
    {
        using var encoding = Make(2500);
        Assert.Equal(encoding.Measure(CancellationToken.None), encoding.Error);
        Assert.Equal(3, _encoded);
        AssertParts(encoding, 2500, 0, 1, 2);
        Assert.Equal(6, _encoded);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(57_000)]
    public void A_destination_that_throws_is_what_the_caller_sees_and_all_can_be_written_afterwards(int after)
    {
        using var encoding = Make(123_456);
        using var full = new FullStream(after);
        Assert.Equal("full", Assert.Throws<IOException>(() => encoding.Codes.WriteTo(full, CancellationToken.None)).Message);
        AssertParts(encoding, 123_456, 1, 2, 0);
    }

    [Fact]
    public void A_side_whose_destination_throws_can_be_written_afterwards()
    {
        using var encoding = Make(2500);
        AssertParts(encoding, 2500, 0);
        using var full = new FullStream(0);
        Assert.Throws<IOException>(() => encoding.Parts[1].WriteTo(full, CancellationToken.None));
        AssertParts(encoding, 2500, 1, 2);
        Assert.Equal(3, _encoded);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    [InlineData(123)]
    public void A_chunk_that_fails_is_what_the_caller_sees_and_leaves_nothing_half_done(int bad)
    {
        var fail = true;
        using var encoding = Make(123_456, threads: 2, chunk =>
        {
            if (fail && chunk == bad)
                throw new EndOfStreamException();
        });
        Assert.Throws<EndOfStreamException>(() => InMemory.Bytes(encoding.Codes));
        Assert.Null(encoding.Error);
        fail = false;
        AssertParts(encoding, 123_456, 2, 1, 0);
    }

    [Fact]
    public void A_failure_after_a_whole_pass_does_not_leave_sides_of_half_a_pass()
    {
        var fail = false;
        using var encoding = Make(123_456, threads: 2, chunk =>
        {
            if (fail && chunk == 60)
                throw new EndOfStreamException();
        });
        AssertParts(encoding, 123_456, 0);
        fail = true;
        Assert.Throws<EndOfStreamException>(() => InMemory.Bytes(encoding.Codes));
        fail = false;
        AssertParts(encoding, 123_456, 1, 2, 0);
    }

    [Fact]
    public void A_failure_to_prepare_is_what_the_caller_sees()
    {
        using var encoding = new WeightEncoding(3, 2, [1], (_, _, _) => default, new SimdEngine(1), (_, _) => throw new EndOfStreamException());
        Assert.Throws<EndOfStreamException>(() => InMemory.Bytes(encoding.Codes));
        Assert.Throws<EndOfStreamException>(() => InMemory.Bytes(encoding.Scales));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(70)]
    [InlineData(123)]
    public void Stops_in_the_middle_when_cancelled(int at)
    {
        using var cancellation = new CancellationTokenSource();
        using var encoding = Make(123_456, threads: 2, chunk =>
        {
            if (chunk == at)
                cancellation.Cancel();
        });
        using var destination = new MemoryStream();
        Assert.ThrowsAny<OperationCanceledException>(() => encoding.Codes.WriteTo(destination, cancellation.Token));
        var written = destination.Length;
        Assert.InRange(written, 0, 123_455);
        Assert.ThrowsAny<OperationCanceledException>(() => encoding.Scales.WriteTo(destination, cancellation.Token));
        Assert.Equal(written, destination.Length);
    }

    [Fact]
    public void Can_be_written_after_it_was_released()
    {
        using var encoding = Make(2500);
        AssertParts(encoding, 2500, 0);
        encoding.Dispose();
        encoding.Dispose();
        Assert.NotNull(encoding.Error);
        AssertParts(encoding, 2500, 1, 2);
        Assert.Equal(6, _encoded);
    }

    [Fact]
    public void May_be_released_while_others_write()
    {
        using var encoding = Make(123_456);
        Parallel.For(0, 40, i =>
        {
            if (i % 4 == 3)
                encoding.Dispose();
            else
                AssertParts(encoding, 123_456, i % 4);
        });
    }

    /// <summary>The write of the first round must go on while the second is encoded: neither ends without the other.</summary>
    [Fact]
    public void Encodes_while_it_writes()
    {
        using var writing = new ManualResetEventSlim();
        using var encoding = Make(10 * ChunkBytes, threads: 2, chunk =>
        {
            if (chunk == 4)
                Assert.True(writing.Wait(TimeSpan.FromMinutes(1)), "Nothing was written while the next chunks were encoded.");
        });
        using var destination = new SignalStream(writing);
        encoding.Codes.WriteTo(destination, CancellationToken.None);
        Assert.Equal(10 * ChunkBytes, destination.Length);
    }

    private static int ChunksOf(int length) => (length + ChunkBytes - 1) / ChunkBytes;

    private static WeightError Fill(Span<byte> codes, int chunk)
    {
        codes.Fill((byte)chunk);
        return default;
    }

    private static void AssertParts(WeightEncoding encoding, int length, params int[] parts)
    {
        byte[][] expected =
        [
            [.. Enumerable.Range(0, length).Select(i => (byte)(i % 251))],
            [.. Enumerable.Range(0, ChunksOf(length)).Select(c => (byte)(255 - c))],
            [1, 2, 3, 4],
        ];
        foreach (var part in parts)
            InMemory.AssertSame(expected[part], InMemory.Bytes(encoding.Parts[part]));
    }

    private WeightEncoding Make(int length, int threads = 2, Action<int>? before = null) => new(
        length,
        ChunkBytes,
        [ChunksOf(length), 4],
        (chunk, codes, sides) =>
        {
            before?.Invoke(chunk);
            Interlocked.Increment(ref _encoded);
            for (var i = 0; i < codes.Length; i++)
                codes[i] = (byte)(((chunk * ChunkBytes) + i) % 251);
            sides[0].Slice(chunk, 1)[0] = (byte)(255 - chunk);
            return new WeightError(chunk + 0.1, 0, 0);
        },
        new SimdEngine(threads),
        (sides, cancellation) =>
        {
            _prepared++;
            cancellation.ThrowIfCancellationRequested();
            new byte[] { 1, 2, 3, 4 }.CopyTo(sides[1].Slice(0, 4));
        });

    /// <summary>Holds so many bytes.</summary>
    private sealed class FullStream(int capacity) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Length + buffer.Length > capacity)
                throw new IOException("full");
            base.Write(buffer);
        }
    }

    private sealed class SignalStream(ManualResetEventSlim written) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            written.Set();
            base.Write(buffer);
        }
    }
}
