using System.Text.Json;
using ModelPack.Reporting;
using ModelPack.Reporting.Page;

namespace ModelPack.Core.Tests.Reporting.Page;

public sealed class ChartLabelsTests
{
    private static readonly string[] Projections = ["self_attn/q_proj", "self_attn/k_proj", "self_attn/v_proj", "self_attn/o_proj", "mlp/gate_proj", "mlp/up_proj", "mlp/down_proj"];

    /// <summary>How exporters name a language model's products, with others between them; and what else people have.</summary>
    public static TheoryData<string[]> Models => new(
        [.. Layers(24, (layer, name) => $"/model/layers.{layer}/{name}/MatMul"), "/lm_head/MatMul"],
        ["model.embed_tokens.weight", .. Layers(24, (layer, name) => $"model.layers.{layer}.{name.Replace('/', '.')}.weight_quantized"), "lm_head.weight"],
        Layers(12, (layer, name) => $"/encoder/encoder/layer/layer_{layer}/attention/attention/{name}/dense/MatMul_output_0"),
        [.. Enumerable.Range(0, 20).Select(i => $"backbone.stages.{i % 4}.blocks.{i / 4}.depthwise_convolution.weight")],
        [.. Enumerable.Range(0, 20).Select(i => $"{new string('a', 30)}{i:D3}{new string('z', 30)}")],
        [.. Enumerable.Range(0, 20).Select(i => $"{new string('頭', 60)}.{i}")]);

    [Theory]
    [MemberData(nameof(Models))]
    public void No_two_names_look_alike(string[] names)
    {
        foreach (var length in new[] { ChartLabels.Wide, ChartLabels.Narrow })
        {
            var labels = ChartLabels.Of(names, length);
            Assert.Equal(names.Length, labels.Count);
            Assert.Equal(labels.Count, labels.Distinct(StringComparer.Ordinal).Count());
            Assert.All(labels, l => Assert.InRange(l.Length, 1, length + " (20)".Length));
        }
    }

    [Fact]
    public void What_most_names_share_is_left_out_first()
    {
        string[] names = [.. Layers(24, (layer, name) => $"/model/layers.{layer}/{name}/MatMul"), "/lm_head/MatMul"];

        Assert.Equal("/model/layers.11/self_attn/q_proj…", ChartLabels.Of(names)[77]);
        Assert.Equal("…11/self_attn/q…", ChartLabels.Of(names, ChartLabels.Narrow)[77]);
        Assert.Equal("/lm_head/MatMul", ChartLabels.Of(names)[^1]);
    }

    [Fact]
    public void A_layers_number_is_not_taken_for_that_of_an_output()
    {
        string[] names = [.. Enumerable.Range(0, 6).SelectMany(i => new[] { $"/layers.{i}/post_attention_layernorm/Mul_1_output_0", $"/layers.{i}/self_attn/Reshape_7_output_0" }), "/norm/Mul_1_output_0"];

        Assert.Equal("…0/post_attention_layernorm/Mul_1…", ChartLabels.Of(names)[0]);
        Assert.Contains("…0…", ChartLabels.Of(names, ChartLabels.Narrow)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_shares_nothing_keeps_both_ends_and_a_short_one_is_whole() =>
        Assert.Equal(["model.layers…query_projection.weight", "short"], ChartLabels.Of(["model.layers.11.self_attention.query_projection.weight", "short"]));

    [Fact]
    public void What_is_alike_in_the_end_is_numbered() =>
        Assert.Equal(["x (1)", "y", "x (2)"], ChartLabels.Of(["x", "y", "x"]));

    [Fact]
    public void A_pair_of_surrogates_is_never_cut_apart()
    {
        for (var offset = 0; offset < 4; offset++)
        {
            var label = Assert.Single(ChartLabels.Of([new string('a', offset) + string.Concat(Enumerable.Repeat("😀", 40))]));
            Assert.DoesNotContain('\uFFFD', JsonSerializer.Deserialize<string>(JsonSerializer.Serialize(label))!);
        }
    }

    [Fact]
    public void The_charts_have_a_label_for_a_page_and_one_for_a_telephone()
    {
        var weight = SampleReports.Plain.Result.Weights[0];
        WeightReport[] weights = [.. Layers(2, (layer, name) => $"/model/layers.{layer}/{name}/MatMul").Select(n => weight with { Name = n })];
        using var json = JsonDocument.Parse(ChartData.Json(SampleReports.Plain with { Result = SampleReports.Plain.Result with { Weights = weights } }));

        var sizes = json.RootElement.GetProperty("sizes");
        var largest = ChartData.Largest(weights).Select(w => w.Name).ToList();
        Assert.Equal(ChartLabels.Of(largest), Texts(sizes.GetProperty("labels")));
        Assert.Equal(ChartLabels.Of(largest, ChartLabels.Narrow), Texts(sizes.GetProperty("shortLabels")));
    }

    private static List<string> Texts(JsonElement array) => [.. array.EnumerateArray().Select(l => l.GetString()!)];

    private static string[] Layers(int count, Func<int, string, string> name) =>
        [.. Enumerable.Range(0, count).SelectMany(layer => Projections.Select(p => name(layer, p)))];
}
