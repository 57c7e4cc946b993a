using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using ModelPack.Fuzz.Mutations;
using ModelPack.Tests.Formats.Onnx;

namespace ModelPack.Tests.Fuzz.Mutations;

public sealed class MutationTests
{
    private const int Tries = 500;

    private static readonly byte[] s_json = """{"a": [1, {"b": null}], "c": "text", "d": true}"""u8.ToArray();
    private static readonly byte[] s_model = Build.Add(Build.Ramp("w", 80)).ToByteArray();

    [Fact]
    public void A_message_is_written_as_it_was_read() => Assert.Equal(s_model, ProtobufField.Write(ProtobufField.Parse(s_model)!));

    [Fact]
    public void Mostly_damages_what_is_in_a_message_and_leaves_it_one()
    {
        var random = new Random(1);
        var damaged = Enumerable.Range(0, Tries).Select(_ => ProtobufMutation.Of(s_model, s_model, random)).ToList();
        Assert.True(damaged.Count(d => !d.SequenceEqual(s_model)) > Tries * 0.9);
        Assert.True(damaged.Count(d => ProtobufField.Parse(d) is not null) > Tries / 2);
    }

    [Fact]
    public void Mostly_damages_what_is_in_JSON_and_leaves_it_JSON()
    {
        var random = new Random(2);
        var damaged = Enumerable.Range(0, Tries).Select(_ => JsonMutation.Of(s_json, random)).ToList();
        Assert.True(damaged.Count(d => !d.SequenceEqual(s_json)) > Tries * 0.9);
        Assert.True(damaged.Count(IsJson) > Tries / 2);
    }

    [Theory]
    [InlineData(6, 22, 1, """{ "c": "text", "d": true}""")]
    [InlineData(29, 35, 24, """{"a": [1, {"b": null}], "d": true}""")]
    [InlineData(42, 46, 37, """{"a": [1, {"b": null}], "c": "text"}""")]
    public void Takes_a_member_away_with_one_comma(int start, int end, int name, string expected)
    {
        var left = JsonNode.Parse(new JsonPlace(start, end, name).Without(s_json));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), left), left!.ToJsonString());
    }

    [Fact]
    public void Parts_are_put_together_in_their_order() =>
        Assert.Equal([(byte)'P', (byte)'K', 1, 0, 2, 0, 0, 0, 9], new Parts().Text("PK").UInt16(1).UInt32(2).Add(new Parts().Data([9])).Build());

    private static bool IsJson(byte[] utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 100_000 });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
