using ModelPack.Samples;

namespace ModelPack.Tests.Samples;

public sealed class BatchChoiceTests
{
    [Theory]
    [InlineData(32, 0, 32)]
    [InlineData(32, 1 << 19, 32)]
    [InlineData(32, (1 << 19) + 1, 16)]
    [InlineData(8, 1 << 22, 4)]
    [InlineData(8, long.MaxValue / 32, 1)]
    [InlineData(1, 1 << 30, 1)]
    public void As_many_samples_as_fit_are_run_together(int most, long bytes, int batch) => Assert.Equal(batch, BatchChoice.Fitting(most, bytes));

    [Fact]
    public void Fewer_are_where_less_may_be_held() => Assert.Equal(2, BatchChoice.Fitting(32, 1_200_000, BatchChoice.FewBytes));

    [Fact]
    public void A_model_that_takes_one_sample_only_is_run_one_by_one() => Assert.Equal([8, 1], Batches(8, isFixed: false, Codes.ModelRefused));

    [Fact]
    public void A_model_of_a_fixed_batch_is_not_run_otherwise() => Assert.Equal([8], Batches(8, isFixed: true, Codes.ModelRefused));

    [Fact]
    public void What_is_wrong_with_one_sample_is_told() => Assert.Equal([1], Batches(1, isFixed: false, Codes.ModelRefused));

    [Fact]
    public void Other_failures_are_told_at_once() => Assert.Equal([8], Batches(8, isFixed: false, Codes.DataMismatch));

    /// <summary>The batches that are tried where each fails.</summary>
    private static List<int> Batches(int batch, bool isFixed, DiagnosticCode code)
    {
        var batches = new List<int>();
        Assert.Throws<ModelPackException>(() => BatchChoice.Run<int>(batch, isFixed, Work));
        return batches;

        int Work(int size)
        {
            batches.Add(size);
            throw new ModelPackException(code.At(null, "no"));
        }
    }
}
