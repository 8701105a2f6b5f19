package io.cancelscope.spring.load;

import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.cancelscope.spring.CancelScoped;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.PersistenceContext;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * An ordinary application with JPA, some of whose queries take longer than anybody waits.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({ Clinic.Endpoints.class, Clinic.Pets.class })
class Clinic {

	@Bean
	LocalContainerEntityManagerFactoryBean entityManagerFactory(DataSource dataSource) {
		LocalContainerEntityManagerFactoryBean entities = new LocalContainerEntityManagerFactoryBean();
		entities.setDataSource(dataSource);
		entities.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
		entities.setManagedTypes(PersistenceManagedTypes.of(Pet.class.getName()));
		entities.setJpaPropertyMap(Map.of("hibernate.hbm2ddl.auto", "create"));
		return entities;
	}

	@Bean
	JpaTransactionManager transactionManager(EntityManagerFactory entities) {
		return new JpaTransactionManager(entities);
	}

	@Entity(name = "Pet")
	static class Pet {

		@Id
		@GeneratedValue
		Long id;

		String name;

	}

	static class Pets {

		@PersistenceContext
		private EntityManager entities;

		@Value("${clinic.slow}")
		private String slow;

		@CancelScoped("1s")
		@Transactional(readOnly = true)
		public long count() {
			return this.entities.createQuery("select count(p) from Pet p", Long.class).getSingleResult();
		}

		@CancelScoped("1s")
		@Transactional
		public void add(String name) {
			Pet pet = new Pet();
			pet.name = name;
			this.entities.persist(pet);
		}

		@CancelScoped("80ms")
		@Transactional
		public List<?> addAndReport() {
			add("half done");
			this.entities.flush();
			return this.entities.createNativeQuery(this.slow).getResultList();
		}

		@Transactional(readOnly = true)
		public long named(String name) {
			return this.entities.createQuery("select count(p) from Pet p where p.name = :name", Long.class)
				.setParameter("name", name)
				.getSingleResult();
		}

	}

	@RestController
	static class Endpoints {

		private final Pets pets;

		Endpoints(Pets pets) {
			this.pets = pets;
		}

		@GetMapping("/pets")
		long count() {
			return this.pets.count();
		}

		@PostMapping("/pets")
		String add() {
			this.pets.add("Basil");
			return "added";
		}

		@GetMapping("/report")
		List<?> report() {
			return this.pets.addAndReport();
		}

	}

}
