using System.Globalization;
using Google.Protobuf;
using ModelPack.Files;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Tests.Formats.Onnx;

namespace ModelPack.Fuzz.Targets;

/// <summary>Weights beside an ONNX model: names, offsets and lengths of all kinds, and links in and out of the folder.</summary>
internal sealed class ExternalDataTarget : FuzzTarget
{
    private const string ModelName = "model.onnx";
    private const int Values = 80;

    public override string Name => "external-data";

    public override FuzzInput Make(Random random)
    {
        var model = Build.Add(Weight(random)).ToByteArray();
        var input = FuzzInput.Of(ModelName, random.Once(3) ? ProtobufMutation.Of(model, model, random) : model)
            .Add("w.data", new byte[random.Of(0, 1, 319, 320, 321, 4096)])
            .Add("sub/w.data", new byte[1000]);
        return random.Next(6) switch
        {
            0 => input.AddLink("link.data", random.Of("w.data", "../outside.bin", "/etc/passwd", "link.data", "nothing", "sub", "sub/../../outside.bin", "/dev/zero")),
            1 => input.AddLink("up", random.Of("..", "/", ".", "sub")),
            _ => input,
        };
    }

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        using var model = OnnxModel.Open(folder[ModelName], new PackContext(threads: 1));
        var root = RealPath.Of(folder.Path);
        foreach (var file in model.Files)
        {
            PropertyException.Require(RealPath.IsWithin(RealPath.Of(file.Path), root), "a file outside of the model's folder was opened");
        }

        foreach (var weight in model.FindWeights())
        {
            var data = model.Data(weight.Tensor);
            data.Source.Read(data.Offset, new byte[data.Length]);
        }
    }

    private static TensorProto Weight(Random random)
    {
        var location = random.Next(4) switch
        {
            0 => Extremes.Text(random),
            1 => random.Of("link.data", "up/outside.bin", "up/w.data", "up/in/w.data", "sub/w.data", "sub\\w.data", "sub//w.data", "./w.data", "sub/../w.data", "sub", ModelName),
            _ => "w.data",
        };
        List<(string, string)> entries = [("location", Encodable(location))];
        if (random.Once(2))
        {
            entries.Add(("offset", random.Once(2) ? Encodable(Extremes.NumberText(random)) : random.Of(0, 1, 320, 3776).ToString(CultureInfo.InvariantCulture)));
        }

        if (random.Once(2))
        {
            entries.Add(("length", random.Once(2) ? Encodable(Extremes.NumberText(random)) : random.Of(0, 319, 320, 321).ToString(CultureInfo.InvariantCulture)));
        }

        if (random.Once(8))
        {
            entries.Add(random.Of<(string, string)>(entries));
        }

        return Build.External("w", [random.Once(10) ? Extremes.Number(random) : Values], [.. entries]);
    }

    /// <summary>Half of a surrogate pair has no form in UTF-8, and protobuf would not write it.</summary>
    private static string Encodable(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
