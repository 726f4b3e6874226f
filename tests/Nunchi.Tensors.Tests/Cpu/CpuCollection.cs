namespace Nunchi.Tensors.Tests.Cpu;

/// <summary>A backend takes calls from one thread at a time, so the tests that share backends run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class CpuCollection
{
    public const string Name = "cpu backends";
}
