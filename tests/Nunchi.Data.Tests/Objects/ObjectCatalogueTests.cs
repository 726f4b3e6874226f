using Nunchi.Data.Objects;

namespace Nunchi.Data.Tests.Objects;

public class ObjectCatalogueTests
{
    [Fact]
    public void All_Ids_CountFromOneAndFitAByte()
    {
        Assert.Equal(Enumerable.Range(1, ObjectCatalogue.All.Count), ObjectCatalogue.All.Select(item => item.Id));
        Assert.InRange(ObjectCatalogue.All.Count, 90, 255);
    }

    [Fact]
    public void All_NamesAndVariants_AreUniqueAndFilled()
    {
        Assert.Equal(ObjectCatalogue.All.Count, ObjectCatalogue.All.Select(item => item.Key).Distinct().Count());
        Assert.Equal(ObjectCatalogue.All.Count, ObjectCatalogue.All.Select(item => item.Korean).Distinct().Count());
        Assert.Equal(ObjectCatalogue.All.Count, ObjectCatalogue.All.Select(item => item.English).Distinct().Count());
        ObjectVariant[] variants = [.. ObjectCatalogue.All.SelectMany(item => item.Variants)];
        Assert.Equal(variants.Length, variants.Select(variant => (variant.Emoji, variant.Shape)).Distinct().Count());
        Assert.All(ObjectCatalogue.All, item => Assert.All(
            [item.Key, item.Korean, item.English, item.Plural, item.Category, item.Counter], text => Assert.False(string.IsNullOrWhiteSpace(text))));
    }

    [Fact]
    public void Get_KnownAndUnknownKeys_FindsOrSays()
    {
        Assert.Equal("우산", ObjectCatalogue.Get("umbrella").Korean);
        Assert.Same(ObjectCatalogue.Get("umbrella"), ObjectCatalogue.ById(ObjectCatalogue.Get("umbrella").Id));
        Assert.Throws<KeyNotFoundException>(() => ObjectCatalogue.Get("dragon"));
        Assert.Throws<ArgumentOutOfRangeException>(() => ObjectCatalogue.ById(0));
    }
}
