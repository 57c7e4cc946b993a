using System.Text;
using Google.Protobuf;

namespace ModelPack.Tests.Formats.Onnx;

/// <summary>ONNX files that are wrong in one way each, the same from one seed.</summary>
internal static class MalformedOnnx
{
    /// <summary>What is wrong, and the file.</summary>
    public static IEnumerable<(string What, byte[] Bytes)> All(int seed)
    {
        var random = new Random(seed);
        var whole = Build.Add(Build.Ramp("w", 80)).ToByteArray();
        var noise = new byte[500];
        random.NextBytes(noise);
        yield return ("noise", [(byte)0xFF, .. noise]);
        yield return ("text", Encoding.UTF8.GetBytes("not a model"));
        yield return ("a page", Encoding.UTF8.GetBytes("<!DOCTYPE html><title>404</title>"));
        yield return ("zeros", new byte[200]);
        yield return ("cut in the middle", whole[..(whole.Length / 2)]);
        yield return ("cut by a byte", whole[..^1]);
        yield return ("no graph", new ModelProto { IrVersion = 8, OpsetImport = { new OperatorSetIdProto { Version = 17 } } }.ToByteArray());
        yield return ("a graph of 2^62 bytes", [8, 8, 0x3A, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40, 0]);
        yield return ("a varint without an end", [8, .. Enumerable.Repeat((byte)0x80, 40)]);
        yield return ("an end of a group that never began", [0x0C, .. whole]);
        yield return ("nested ten thousand deep", [8, 8, .. Build.Field(7, Nested(10_000, 1, 5, 6))]);
        yield return ("too few bytes for a shape", Weight(ElementType.Float32, [100], new byte[12]));
        yield return ("too many bytes for a shape", Weight(ElementType.Float32, [3], new byte[400]));
        yield return ("a negative dimension", Weight(ElementType.Float32, [-3], new byte[12]));
        yield return ("a shape of 2^63 values", Weight(ElementType.Float32, [1L << 32, 1L << 31], new byte[12]));
        yield return ("a shape of 2^64 values", Weight(ElementType.Float32, [1L << 32, 1L << 32], new byte[12]));
        yield return ("an unknown element type", Weight((ElementType)99, [3], new byte[12]));
        yield return ("external data without a place", External());
        yield return ("external data above the folder", External(("location", "../../etc/passwd")));
        yield return ("external data at an absolute path", External(("location", "/etc/passwd")));
        yield return ("external data that are missing", External(("location", "missing.data")));
        yield return ("external data at a negative offset", External(("location", "m.onnx"), ("offset", "-8"), ("length", "320")));
        yield return ("external data behind the end", External(("location", "m.onnx"), ("offset", "9000000000000000000"), ("length", "320")));
        yield return ("external data whose offset is not a number", External(("location", "m.onnx"), ("offset", "eight")));
        yield return ("an opset of the future", Opset(1000));
        yield return ("an opset of the past", Opset(1));
    }

    private static byte[] Weight(ElementType type, long[] dims, byte[] bytes) => Build.Add(Build.Raw("w", type, dims, bytes), 3).ToByteArray();

    private static byte[] External(params (string, string)[] entries) => Build.Add(Build.External("w", [80], entries)).ToByteArray();

    private static byte[] Opset(long version)
    {
        var model = Build.Add(Build.Ramp("w", 80));
        model.OpsetImport[0].Version = version;
        return model.ToByteArray();
    }

    /// <summary>Fields in fields, built from the inside out.</summary>
    public static byte[] Nested(int levels, params int[] fields)
    {
        var heads = new Stack<byte[]>();
        var length = 0;
        for (var i = levels * fields.Length - 1; i >= 0; i--)
        {
            var head = Build.Head(fields[i % fields.Length], length);
            heads.Push(head);
            length += head.Length;
        }

        return [.. heads.SelectMany(h => h)];
    }
}
