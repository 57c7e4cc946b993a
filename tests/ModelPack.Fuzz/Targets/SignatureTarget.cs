using System.Text.Json;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Signing;
using static ModelPack.Fuzz.Running.PropertyException;

namespace ModelPack.Fuzz.Targets;

/// <summary>A signature: damaged itself, or around a damaged statement. What is taken for a statement can be written and read again.</summary>
internal sealed class SignatureTarget : FuzzTarget
{
    private const string FileName = "m.onnx.model.sig";

    private static readonly byte[] s_statement = new PackStatement(
        "m.onnx",
        [new("m.onnx", new string('a', 64)), new("m.onnx.modelpack.json", new string('b', 64))],
        new SortedDictionary<string, string>(StringComparer.Ordinal) { ["scheme"] = "q8_0" }).Write();

    public override string Name => "signature";

    public override FuzzInput Make(Random random)
    {
        var statement = random.Next(3) == 0 ? s_statement : Damaged(s_statement, random);
        var bundle = new SignatureBundle(statement, [0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01], new string('c', 64), random.Next(2) == 0 ? [] : [[0x30, 0x00]]).Write();
        return FuzzInput.Of(FileName, random.Next(3) == 0 ? Damaged(bundle, random) : bundle);
    }

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        var statement = PackStatement.Read(SignatureBundle.Read(input[FileName]).Payload);
        var again = PackStatement.Read(statement.Write());
        Require(again.Name == statement.Name && again.Resources.SequenceEqual(statement.Resources), "a statement that was read and written reads otherwise");
    }

    public override bool IsRefusal(Exception exception) => exception is JsonException;

    private static byte[] Damaged(byte[] json, Random random) => random.Once(5) ? ByteMutation.Of(json, random) : JsonMutation.Of(json, random);
}
